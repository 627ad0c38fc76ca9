//! Whether code, name and folder of a municipality belong together, so that no town is published
//! under another's name.

use crate::content::code::{self, MunicipalityCode};
use crate::diagnostic::{Diagnostic, Located, Message, Place, codes};
use crate::message;
use crate::source::decode::Decoder;

/// Reports a code, name and folder that contradict each other.
pub(super) fn check(
    decoder: &mut Decoder,
    code: &Located<MunicipalityCode>,
    names: &[&str],
    name_place: &Place,
    folder: &str,
) {
    let number = code.value;
    let name = names.first().copied().unwrap_or_default();
    match code::lookup(number) {
        None => decoder.diagnostics.push(
            // A warning, as the list is older than the newest mergers.
            Diagnostic::warning(
                codes::BAD_CODE,
                code.place.clone(),
                message!(
                    "コード {number} の市区町村は、手もとの一覧にありません",
                    "the code {number} is not in the list of local governments that ubugi has"
                ),
            )
            .maybe_help(by_name(name)),
        ),
        Some(government) => {
            let official = government.full_name();
            if !names.iter().any(|name| *name == official || *name == government.name) {
                decoder.diagnostics.push(
                    Diagnostic::error(
                        codes::CODE_NAME_MISMATCH,
                        name_place.clone(),
                        message!(
                            "コード {number} は「{official}」のもので、「{name}」ではありません",
                            "the code {number} belongs to {official}, not to {name}"
                        ),
                    )
                    .maybe_help(by_name(name).or_else(|| {
                        Some(message!(
                            "name の ja を「{official}」にしてください",
                            "make the Japanese name {official}"
                        ))
                    })),
                );
            }
        }
    }
    let folder_name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if folder_name.split('-').next() != Some(number.as_str()) {
        decoder.diagnostics.push(
            Diagnostic::error(
                codes::FOLDER_NAME,
                code.place.clone(),
                message!(
                    "フォルダ名「{folder_name}」がコード {number} で始まっていません",
                    "the folder `{folder_name}` does not begin with the code {number}"
                ),
            )
            .help(message!(
                "フォルダ名を「{number}-名前」にしてください",
                "rename the folder to {number}-name"
            )),
        );
    }
}

/// Suggests the codes of the governments with a name; there may be several, as names repeat.
fn by_name(name: &str) -> Option<Message> {
    let found: Vec<String> = code::nearest(name)
        .into_iter()
        .take(3)
        .map(|g| format!("{}（{}）= {}", g.full_name(), g.prefecture, g.code))
        .collect();
    if found.is_empty() {
        return None;
    }
    let all = found.join("、");
    Some(message!("名前からさがすと：{all}", "by its name: {all}"))
}
