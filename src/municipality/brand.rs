//! A municipality's look: colours that are checked for contrast, a logo, a tagline.

use super::colour::Colour;
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Place, codes};
use crate::message;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::suggest;
use crate::source::yaml::Node;

/// The least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA).
pub const AA_TEXT: f64 = 4.5;

/// Colours, logo, tagline.
#[derive(Clone, Debug)]
pub struct Brand {
    /// Main colour; where the one written could not reach AA on white, the nearest that does.
    pub primary: Colour,
    /// Second colour, treated alike.
    pub accent: Option<Colour>,
    /// Path of the logo and the place that names it.
    pub logo: Option<(String, Place)>,
    /// What the logo shows; the municipality's name otherwise.
    pub logo_alt: Option<Text>,
    /// Tagline.
    pub tagline: Option<Text>,
}

/// A colour as it stands in a file.
const COLOUR: Shape = Shape::Pattern("^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$");

/// The keys of a brand.
pub(super) static BRAND: Record = Record::new(
    "brand",
    &[
        required(
            "primary",
            COLOUR,
            "文字とボタンの色（\"#0b5cad\"）。白地で 4.5:1 に足りなければ、いちばん近い色を知らせ\
             る",
            "the colour of text and buttons, \"#0b5cad\"; it must reach 4.5:1 on white, or the \
             nearest colour that does is reported",
        ),
        optional("accent", COLOUR, "二つめの色", "the second colour, treated alike"),
        optional(
            "logo",
            Shape::Pattern("\\.(svg|png)$"),
            "ロゴ（このフォルダの中の svg か png）",
            "the logo, an svg or png within this folder; script is taken out of it",
        ),
        optional(
            "logo_alt",
            Shape::Text,
            "ロゴの説明。書かなければ市区町村の名前",
            "what the logo shows; the municipality's name without it",
        ),
        optional("tagline", Shape::Text, "名前に添えるひとこと", "a line beside its name"),
    ],
);

impl Brand {
    /// Reads a brand; a colour that cannot reach AA contrast is reported with the nearest one that
    /// can, which is then used.
    pub fn decode(
        decoder: &mut Decoder,
        node: &Node,
        folder: &str,
        files: &Files,
        languages: &Languages,
    ) -> Option<Self> {
        let mut fields = decoder.fields(node, &BRAND)?;
        let primary = fields.required(decoder, "primary", colour);
        let accent = fields.optional(decoder, "accent", colour);
        let logo = fields.optional(decoder, "logo", |decoder, node| {
            let name = decoder.string(node)?;
            let path = format!("{folder}{}", name.value);
            let written = &name.value;
            let inside =
                !name.value.split('/').any(|part| part == ".." || part.is_empty() || part == ".");
            let extension = name.value.rsplit_once('.').map_or("", |(_, extension)| extension);
            if !inside || !matches!(extension, "svg" | "png") {
                decoder.fault(
                    codes::BAD_LOGO,
                    node,
                    message!(
                        "ロゴ「{written}」は使えません",
                        "the logo `{written}` cannot be used"
                    ),
                    message!(
                        "このフォルダの中の svg か png の名前を書いてください",
                        "name an svg or png within this folder"
                    ),
                );
                return None;
            }
            if files.get(&path).is_none() {
                let near = suggest::nearest(&path, files.under(folder).map(|(path, _)| path))
                    .map(|near| near.trim_start_matches(folder).to_owned());
                let help = match near {
                    Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                    None => message!(
                        "「{folder}」にファイルを置いてください",
                        "put the file into `{folder}`"
                    ),
                };
                decoder.fault(
                    codes::BAD_LOGO,
                    node,
                    message!(
                        "ロゴ「{written}」がありません",
                        "the logo `{written}` does not exist"
                    ),
                    help,
                );
                return None;
            }
            Some((path, name.place))
        });
        let logo_alt = fields
            .optional(decoder, "logo_alt", |decoder, node| Text::decode(decoder, node, languages));
        let tagline = fields
            .optional(decoder, "tagline", |decoder, node| Text::decode(decoder, node, languages));
        fields.finish(decoder);
        Some(Self { primary: primary?, accent, logo, logo_alt, tagline })
    }
}

fn colour(decoder: &mut Decoder, node: &Node) -> Option<Colour> {
    let text = decoder.string(node)?;
    let written = &text.value;
    let Ok(colour) = Colour::parse(written) else {
        decoder.fault(
            codes::BAD_COLOUR,
            node,
            message!("「{written}」は色ではありません", "`{written}` is not a colour"),
            message!(
                "\"#0b5cad\" のように、# と 6 桁の十六進数を引用符に入れて書いてください",
                "write # and six hexadecimal digits in quotes, like \"#0b5cad\""
            ),
        );
        return None;
    };
    let white = Colour { r: 255, g: 255, b: 255 };
    let ratio = colour.contrast_ratio(white);
    if ratio >= AA_TEXT {
        return Some(colour);
    }
    let near = colour.nearest_with_contrast(white, AA_TEXT);
    // Rounded down, so that 4.49 is never printed as 4.5.
    let shown = (ratio * 100.0).floor() / 100.0;
    decoder.diagnostics.push(
        Diagnostic::warning(
            codes::LOW_CONTRAST,
            text.place,
            message!(
                "色 {colour} は白地の文字として読みにくい色です（{shown}:1、WCAG AA は 4.5:1 以上\
                 ）",
                "{colour} is hard to read as text on white ({shown}:1; WCAG AA asks for 4.5:1)"
            ),
        )
        .help(message!(
            "いちばん近い基準内の色は \"{near}\" です。このままでは、文字とボタンにその色を使いま\
             す",
            "the nearest colour that reaches it is \"{near}\"; it is used for text and buttons \
             meanwhile"
        )),
    );
    Some(near)
}
