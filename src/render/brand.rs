//! The files of a municipality's brand: style sheet, logo and icons.

use super::image::icon::{self, IconColours, IconEdge};
use super::image::svg;
use super::shared::Shared;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::municipality::colour::Palette;
use crate::project::Project;
use crate::theme::Asset;

/// The addresses of a brand's files.
pub(super) struct Brand {
    pub(super) css: String,
    pub(super) icon_svg: String,
    pub(super) icon_png: String,
    pub(super) icon_512: String,
    pub(super) apple_icon: String,
    pub(super) theme_color: String,
    /// The logo's address and size.
    pub(super) logo: Option<(String, Option<(u32, u32)>)>,
}

impl Brand {
    /// Makes the files of a brand, adds them to those of the site whose root this is, and reports
    /// what is wrong with the logo.
    pub(super) fn make(
        shared: &Shared<'_>,
        municipality: &Municipality,
        root: &str,
        assets: &mut Vec<Asset>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let palette = Palette::from_brand(municipality.brand.primary, municipality.brand.accent);
        let colours =
            IconColours { background: palette.light.brand, foreground: palette.light.on_brand };
        let mut add = |asset: Asset| {
            let url = format!("{root}{}", asset.path);
            assets.push(asset);
            url
        };
        let css = add(Asset::new("brand.css", palette.css().into_bytes()));
        let icon_svg = add(Asset::new("icon.svg", icon::svg(colours).into_bytes()));
        let icon_png = add(Asset::new("icon-192.png", icon::png(192, colours, IconEdge::Rounded)));
        let icon_512 = add(Asset::new("icon-512.png", icon::png(512, colours, IconEdge::Full)));
        let apple_icon = add(Asset::new("icon-180.png", icon::png(180, colours, IconEdge::Full)));
        let logo = municipality.brand.logo.as_ref().and_then(|(path, place)| {
            match shared.images.get(path).map(AsRef::as_ref) {
                Some(Ok(image)) => {
                    warn_cleaned(shared.project, path, place, diagnostics);
                    Some((add(image.asset.clone()), image.size))
                }
                Some(Err(reason)) => {
                    let (ja, en) = (&reason.ja, &reason.en);
                    diagnostics.push(
                        Diagnostic::error(
                            codes::BAD_LOGO,
                            place.clone(),
                            message!("ロゴを使えません：{ja}", "the logo cannot be used: {en}"),
                        )
                        .help(message!(
                            "プレーンな SVG か PNG で保存しなおしてください",
                            "save it again as plain SVG or PNG"
                        )),
                    );
                    None
                }
                None => None,
            }
        });
        Self {
            css,
            icon_svg,
            icon_png,
            icon_512,
            apple_icon,
            theme_color: palette.light.brand.to_string(),
            logo,
        }
    }
}

/// Warns where cleaning a logo took away more than what drawing programs leave behind.
fn warn_cleaned(project: &Project, path: &str, place: &Place, diagnostics: &mut Diagnostics) {
    let Some(source) = project.files.get(path).and_then(|file| file.text()) else {
        return;
    };
    let Ok(cleaned) = svg::clean(&source.text) else { return };
    let harmless = |removed: &svg::Removed| {
        matches!(
            removed.kind,
            svg::RemovedKind::Comment
                | svg::RemovedKind::Instruction
                | svg::RemovedKind::Doctype
                | svg::RemovedKind::Text
        ) || removed.name.contains(':')
            || removed.name.starts_with("data-")
            || matches!(removed.name.as_str(), "metadata" | "version" | "enable-background")
    };
    if let Some(removed) = cleaned.removed.iter().find(|removed| !harmless(removed)) {
        let (name, count) = (&removed.name, cleaned.removed.len());
        diagnostics.push(
            Diagnostic::warning(
                codes::LOGO_CLEANED,
                Place::new(source, removed.offset..removed.offset + 1),
                message!(
                    "ロゴの「{name}」など {count} か所を除いて公開します",
                    "`{name}` and others ({count} in all) are left out of the published logo"
                ),
            )
            .help(message!(
                "図形だけの SVG にしてください。スクリプトや外部の参照は公開できません",
                "use an SVG that only draws; script and outside references cannot be published"
            ))
            .related(place.clone(), message!("このロゴです", "this logo")),
        );
    }
}
