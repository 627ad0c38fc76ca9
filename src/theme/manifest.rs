//! `theme.yaml`: the name of a theme, the theme that it extends, and the interface for which it is
//! written.
//!
//! Each folder below `themes/` has one. Only the project's `themes/base/` may lack it, as it lies
//! over the base theme in the binary, which has its own.

use std::collections::BTreeMap;

use super::built_in::{self, BASE};
use super::interface::{INTERFACE, UNNAMED};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::{Files, suggest};

/// The keys of `theme.yaml`.
pub static THEME: Record = Record::new(
    "theme",
    &[
        required("name", Shape::Id, "フォルダと同じ名前", "its name, that of its folder"),
        optional("description", Shape::Line, "どんなテーマか", "what it looks like"),
        optional("licence", Shape::Line, "使うときの条件", "its terms of use"),
        optional(
            "extends",
            Shape::Id,
            "もとにするテーマ。ここにないファイルは、そのテーマのものを使う",
            "the theme that it extends; what it lacks comes from there",
        ),
        optional(
            "interface",
            Shape::Integer(1, u32::MAX - 1),
            "どの取り決めに合わせて書いたか（番号）",
            "the number of the rules for which it is written",
        ),
    ],
);

/// What `theme.yaml` says.
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) extends: Option<Located<String>>,
    /// Of the name.
    pub(super) place: Place,
    pub(super) interface: u32,
    /// Of the number, or of the name where there is none.
    pub(super) interface_place: Place,
}

/// What is known of the theme in a folder.
pub(super) enum Found {
    /// Its manifest could be read.
    Read(Manifest),
    /// It has none, which only the folder of the base theme may do.
    Absent,
    /// It has a fault, which is reported.
    Faulty,
}

/// Reads the manifest of every folder of the project below `themes/`.
pub(super) fn read_all(files: &Files, diagnostics: &mut Diagnostics) -> BTreeMap<String, Found> {
    let mut names: Vec<&str> = files
        .under("themes/")
        .filter_map(|(path, _)| path["themes/".len()..].split_once('/').map(|(name, _)| name))
        .collect();
    names.dedup();
    names.into_iter().map(|name| (name.to_owned(), read(files, name, diagnostics))).collect()
}

fn read(files: &Files, folder: &str, diagnostics: &mut Diagnostics) -> Found {
    let path = format!("themes/{folder}/theme.yaml");
    let Some(file) = files.get(&path) else {
        if folder == BASE {
            return Found::Absent;
        }
        diagnostics.push(
            Diagnostic::error(
                codes::MISSING_FILE,
                Place::start_of(&Source::new(&path, "")),
                message!("「{path}」がありません", "`{path}` is missing"),
            )
            .help(message!(
                "name、interface: {INTERFACE}、（あれば）extends を書いたファイルを置いてください",
                "add the file with `name`, `interface: {INTERFACE}` and, where it has a \
                 parent, `extends`"
            )),
        );
        return Found::Faulty;
    };
    // That it is not UTF-8 is reported where it is read.
    let Some(source) = file.text() else { return Found::Faulty };
    match decode(source, folder, diagnostics) {
        Some(manifest) => Found::Read(manifest),
        None => Found::Faulty,
    }
}

/// Returns the manifest of the base theme that the program carries.
pub(super) fn built_in() -> Option<Manifest> {
    let source = built_in::built_in().get(&format!("themes/{BASE}/theme.yaml"))?.text()?;
    decode(source, BASE, &mut Diagnostics::new())
}

fn decode(
    source: &std::sync::Arc<Source>,
    folder: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Manifest> {
    let (name, extends, interface) = Decoder::on(source, diagnostics, |decoder| {
        let root = decoder.parse_all()?;
        let mut fields = decoder.fields(&root, &THEME)?;
        let name = fields.required(decoder, "name", Decoder::id);
        fields.optional(decoder, "description", Decoder::string);
        fields.optional(decoder, "licence", Decoder::string);
        let extends = fields.optional(decoder, "extends", Decoder::id);
        let interface = fields.optional(decoder, "interface", |decoder, node| {
            decoder.integer(node, 1..u32::MAX).map(|number| decoder.located(number, node))
        });
        fields.finish(decoder);
        Some((name?, extends, interface))
    })?;
    if name.value != folder {
        let written = &name.value;
        diagnostics.push(
            Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                name.place.clone(),
                message!(
                    "テーマの名前「{written}」がフォルダ名「{folder}」と違います",
                    "the theme's name `{written}` is not that of its folder `{folder}`"
                ),
            )
            .help(message!("name を「{folder}」にしてください", "make the name `{folder}`")),
        );
    }
    Some(Manifest {
        name: folder.to_owned(),
        extends,
        interface: interface.as_ref().map_or(UNNAMED, |number| number.value),
        interface_place: interface.map_or_else(|| name.place.clone(), |number| number.place),
        place: name.place,
    })
}

/// Follows `extends` to its end; the theme itself comes first.
///
/// Returns `None` for a circle, for a theme that does not exist, and for one whose manifest has a
/// fault; the last is already reported.
pub(super) fn chain(
    theme: &Manifest,
    all: &BTreeMap<String, Found>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let mut chain = vec![theme.name.clone()];
    let mut at = theme;
    while let Some(parent) = &at.extends {
        let written = &parent.value;
        if chain.contains(written) {
            diagnostics.push(
                Diagnostic::error(
                    codes::THEME_CYCLE,
                    parent.place.clone(),
                    message!(
                        "テーマ「{written}」の継承が循環しています",
                        "the theme `{written}` is extended in a circle"
                    ),
                )
                .help(message!("どれか一つの extends を消してください", "remove one `extends`")),
            );
            return None;
        }
        match all.get(written) {
            Some(Found::Read(next)) => {
                chain.push(next.name.clone());
                at = next;
            }
            Some(_) => return None,
            None => {
                let help = match suggest::nearest(written, all.keys().map(String::as_str)) {
                    Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                    None => message!(
                        "themes/ にある名前か base を書いてください",
                        "write the name of a folder under themes/, or `base`"
                    ),
                };
                diagnostics.push(
                    Diagnostic::error(
                        codes::UNKNOWN_REFERENCE,
                        parent.place.clone(),
                        message!(
                            "テーマ「{written}」はありません",
                            "there is no theme `{written}`"
                        ),
                    )
                    .help(help),
                );
                return None;
            }
        }
    }
    Some(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_in_the_binary_has_the_current_interface() {
        let manifest = built_in().expect("it can be read");
        assert_eq!((manifest.name.as_str(), manifest.interface), (BASE, INTERFACE));
    }
}
