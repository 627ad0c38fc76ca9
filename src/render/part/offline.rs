//! The service worker that keeps the lookup's pages on the device, so that they can be searched and
//! read without a network.

use serde_json::{Value as Json, json};

/// The most entries whose pages are kept ahead; of a greater table the list is kept and the pages
/// that were opened.
pub const KEPT_AHEAD: usize = 300;

/// What the worker of one site keeps.
#[derive(Debug)]
pub struct Kept {
    /// Changes when anything that is kept may have changed.
    pub version: String,
    /// Path of the site's root.
    pub root: String,
    /// Path below which files are named for their bytes.
    pub assets: String,
    /// Beginnings of the addresses whose pages are kept once they were opened.
    pub opened: Vec<String>,
    /// By language tag: the addresses kept for who reads in that language, pages and assets.
    pub languages: Vec<(String, Vec<String>)>,
    /// Where each language begins and which page stands in for what is not kept, the longest
    /// beginning first.
    pub offline: Vec<(String, String)>,
}

/// Writes `sw.js`.
pub fn worker(kept: &Kept) -> String {
    let languages: serde_json::Map<String, Json> =
        kept.languages.iter().map(|(tag, addresses)| (tag.clone(), json!(addresses))).collect();
    let head = json!({
        "version": kept.version,
        "root": kept.root,
        "assets": kept.assets,
        "opened": kept.opened,
        "languages": languages,
        "offline": kept.offline,
    });
    format!("const KEPT = {head};\n{}", include_str!("worker.js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_names_what_it_keeps() {
        let kept = Kept {
            version: "v1".into(),
            root: "/a/".into(),
            assets: "/a/assets/".into(),
            opened: vec!["/a/medicines/".into()],
            languages: vec![("ja".into(), vec!["/a/medicines/".into()])],
            offline: vec![("/a/".into(), "/a/offline/".into())],
        };
        let text = worker(&kept);
        assert!(
            text.starts_with(concat!(
                r#"const KEPT = {"assets":"/a/assets/","languages":{"ja":["/a/medicines/"]},"#,
                r#""offline":[["/a/","/a/offline/"]],"opened":["/a/medicines/"],"#,
                r#""root":"/a/","version":"v1"};"#,
                "\n"
            )),
            "{text}"
        );
    }
}
