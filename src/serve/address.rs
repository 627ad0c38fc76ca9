//! Addresses of the preview: a view, a municipality, a path.

use super::view::View;

/// An address of the preview, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PreviewAddress {
    /// The view.
    pub view: View,
    /// The municipality's code; empty for the start page.
    pub code: String,
    /// The path below the site's root, as it stands in the address; empty for the site's root.
    pub path: String,
}

impl PreviewAddress {
    /// Takes a path apart whose percent signs have been decoded; nothing comes of a view that is
    /// none.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.trim_start_matches('/');
        let (view, rest) = match path.split_once('/') {
            _ if !path.starts_with('@') => (View::default(), path),
            Some((part, rest)) => (View::parse(part)?, rest),
            None => (View::parse(path)?, ""),
        };
        let (code, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { view, code: code.to_owned(), path: path.to_owned() })
    }

    /// Returns the path of the file that lies at the address.
    pub fn file(&self) -> String {
        if self.path.is_empty() || self.path.ends_with('/') {
            format!("{}index.html", self.path)
        } else {
            self.path.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_view_a_town_and_a_path() {
        let of = |path: &str| {
            PreviewAddress::parse(path)
                .map(|spot| (spot.view.to_string(), spot.code.clone(), spot.file()))
        };
        let found = |view: &str, code: &str, file: &str| {
            Some((view.to_owned(), code.to_owned(), file.to_owned()))
        };
        assert_eq!(of("/"), found("", "", "index.html"));
        assert_eq!(of("/132128"), found("", "132128", "index.html"));
        assert_eq!(
            of("/132128/en/articles/fever/"),
            found("", "132128", "en/articles/fever/index.html")
        );
        assert_eq!(of("/132128/assets/site.css"), found("", "132128", "assets/site.css"));
        assert_eq!(of("/@drafts"), found("/@drafts", "", "index.html"));
        assert_eq!(
            of("/@date=2026-12-20,theme=night/132128/"),
            found("/@date=2026-12-20,theme=night", "132128", "index.html")
        );
        assert_eq!(of("/@date=2026-13-20/132128/"), None);
    }
}
