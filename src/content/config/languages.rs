//! The languages of a project: the keys `languages` and `default_language` of `ubugi.yaml`.
//!
//! They are read before everything else, as every text of a project depends on them.

use crate::content::language::{Language, Languages, own_name};
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::keys::{Key, Record, Shape, optional, required, sometimes};
use crate::source::yaml::Node;

/// First parts of addresses that pages of every language use.
const RESERVED_PATHS: [&str; 14] = [
    "accessibility",
    "api",
    "articles",
    "assets",
    "calendars",
    "consultation",
    "feeds",
    "medicines",
    "offline",
    "privacy",
    "sitemap",
    "stages",
    "supervision",
    "topics",
];

/// A language tag of BCP 47.
const TAG: Shape = Shape::Pattern("^[A-Za-z][A-Za-z0-9]{0,7}(-[A-Za-z0-9]{1,8})*$");

static LANGUAGE: Record = Record::new(
    "language",
    &[
        required(
            "tag",
            TAG,
            "言語タグ（BCP 47）：ja、en、ja-x-easy",
            "its BCP 47 tag, like ja-x-easy",
        ),
        sometimes(
            "name",
            Shape::Line,
            "その言語での名前。ubugi が知らない言語に要る",
            "its name in the language itself; needed for a language that ubugi does not know",
        ),
        optional(
            "path",
            Shape::Id,
            "アドレスのはじめの部分。もとの言語のほかに要る",
            "the first part of its addresses; every language but the default one has one",
        ),
    ],
);

/// The key of the default language.
pub(super) const DEFAULT_LANGUAGE: Key = required(
    "default_language",
    TAG,
    "もとの言語。すべての文がこの言語であり、訳のないところにも出る",
    "the language that every text has, and that stands in for what is not translated",
);

/// The key of the list of languages.
pub(super) static LANGUAGES: Key = required(
    "languages",
    Shape::AtLeast(1, &Shape::Record(&LANGUAGE)),
    "サイトの言語。切りかえのメニューの順",
    "the languages, in the order of the language switch",
);

/// Reads both keys.
pub(super) fn decode(decoder: &mut Decoder, fields: &mut Fields<'_>) -> Languages {
    let mut all: Vec<Language> = Vec::new();
    fields.required(decoder, "languages", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let language = language(decoder, node)?;
            if all.iter().any(|other| {
                other.tag.eq_ignore_ascii_case(&language.tag) || other.path == language.path
            }) {
                same_as_earlier(decoder, node, &language.tag);
                return None;
            }
            all.push(language);
            Some(())
        })?;
        if all.is_empty() {
            decoder.fault(
                codes::EMPTY_VALUE,
                node,
                message!("言語が一つもありません", "there is no language"),
                message!(
                    "languages に少なくとも一つ書いてください",
                    "list at least one under `languages`"
                ),
            );
            return None;
        }
        Some(())
    });
    let default = fields.required(decoder, "default_language", |decoder, node| {
        let tag = decoder.string(node)?;
        let index = all.iter().position(|language| language.tag.eq_ignore_ascii_case(&tag.value));
        if index.is_none() {
            let written = &tag.value;
            decoder.fault(
                codes::BAD_LANGUAGE,
                node,
                message!(
                    "「{written}」は languages にありません",
                    "`{written}` is not among the languages"
                ),
                message!(
                    "languages にあるタグを書いてください",
                    "write a tag listed under `languages`"
                ),
            );
        }
        index
    });
    if let Some(language) = default.and_then(|index| all.get_mut(index)) {
        language.path.clear();
    }
    Languages::new(all, default.unwrap_or(0))
}

fn language(decoder: &mut Decoder, node: &Node) -> Option<Language> {
    let mut fields = decoder.fields(node, &LANGUAGE)?;
    let tag = fields.required(decoder, "tag", tag);
    let own_name = tag.as_ref().and_then(|tag| own_name(&tag.value));
    let name = fields.required_if(decoder, own_name.is_none(), "name", Decoder::string);
    let name = name.map(|name| name.value).or_else(|| own_name.map(str::to_owned));
    let path = fields.optional(decoder, "path", Decoder::id);
    fields.finish(decoder);
    if let Some(path) = path.as_ref().filter(|path| RESERVED_PATHS.contains(&path.value.as_str())) {
        let written = &path.value;
        decoder.diagnostics.push(
            Diagnostic::error(
                codes::PATH_CLASH,
                path.place.clone(),
                message!(
                    "path「{written}」は、どの言語でも使うページの場所と重なります",
                    "the path `{written}` is where pages of every language lie"
                ),
            )
            .help(message!(
                "言語タグなど、別の短い名前にしてください（例：en）",
                "choose another short name, such as the language tag"
            )),
        );
        return None;
    }
    Some(Language {
        tag: tag?.value,
        name: name?,
        path: path.map(|path| path.value).unwrap_or_default(),
    })
}

fn tag(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let tag = decoder.string(node)?;
    let is_well_formed = tag.value.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    }) && tag.value.as_bytes()[0].is_ascii_alphabetic();
    if is_well_formed {
        return Some(tag);
    }
    let written = &tag.value;
    decoder.fault(
        codes::BAD_LANGUAGE,
        node,
        message!("「{written}」は言語タグではありません", "`{written}` is not a language tag"),
        message!(
            "ja、en、ja-x-easy のような BCP 47 のタグにしてください",
            "use a BCP 47 tag such as ja, en or ja-x-easy"
        ),
    );
    None
}

fn same_as_earlier(decoder: &mut Decoder, node: &Node, tag: &str) {
    decoder.fault(
        codes::DUPLICATE,
        node,
        message!(
            "言語「{tag}」のタグか path が、前の言語と同じです",
            "the tag or path of `{tag}` is that of an earlier language"
        ),
        message!(
            "もとの言語のほかは、違う path を付けてください",
            "give every language but the default one a path of its own"
        ),
    );
}
