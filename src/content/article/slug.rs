//! The names of an article: the slug in its address, and the `id` by which it is known for good.

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// Reads a slug.
pub(super) fn slug(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let text = decoder.string(node)?;
    check_slug(&text.value, text.place, &mut decoder.diagnostics)
}

/// Accepts what a path below `articles/` may be, without its ending.
pub(super) fn identity(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let id = decoder.string(node)?;
    let written = &id.value;
    if written.len() <= 200
        && written.split('/').all(|part| !part.is_empty())
        && !written.ends_with(".md")
        && !written.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Some(id);
    }
    decoder.fault(
        codes::BAD_IDENTITY,
        node,
        message!(
            "「{written}」は、記事の id に使えません",
            "`{written}` cannot be an article's id"
        ),
        message!(
            "前のファイルの場所を、articles/ より後から .md の前まで書いてください（例：\
             illness/fever）",
            "write where its file was, from after articles/ to before .md, like illness/fever"
        ),
    );
    None
}

/// Accepts letters and digits of any script, hyphens and underscores, in Unicode form C.
pub(super) fn check_slug(
    written: &str,
    place: Place,
    diagnostics: &mut Diagnostics,
) -> Option<Located<String>> {
    let slug: String = written.nfc().collect();
    if !slug.is_empty()
        && slug.len() <= 120
        && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    {
        return Some(Located::new(slug, place));
    }
    diagnostics.push(
        Diagnostic::error(
            codes::BAD_SLUG,
            place,
            message!(
                "「{written}」はアドレスに使えません",
                "`{written}` cannot be part of an address"
            ),
        )
        .help(message!(
            "文字・数字・ハイフンだけの短い名前にしてください（例：night-fever）",
            "use a short name of letters, digits and hyphens, like night-fever"
        )),
    );
    None
}

/// Folds a slug for comparison, as file systems and readers do not tell case and Unicode forms
/// apart.
pub fn fold_slug(slug: &str) -> String {
    slug.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}
