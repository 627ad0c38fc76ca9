//! The files of a municipality's brand: style sheet, logo and icons.

use super::image::icon::{IconColours, LARGEST_LOGO};
use super::image::{IconAssets, prepare_icons, svg};
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
    /// `None` if the logo is no SVG.
    pub(super) icon_svg: Option<String>,
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
        let icons = icons(shared, municipality, colours, diagnostics);
        let mut add = |asset: Asset| {
            let url = format!("{root}{}", asset.path);
            assets.push(asset);
            url
        };
        let css = add(Asset::new("brand.css", palette.css().into_bytes()));
        let icon_svg = icons.svg.map(&mut add);
        let icon_png = add(icons.any_192);
        let icon_512 = add(icons.any_512);
        add(icons.maskable_512);
        let apple_icon = add(icons.touch_180);
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

/// Draws the icons; a logo that cannot be drawn is a fault, and the icons then show the mark.
fn icons(
    shared: &Shared<'_>,
    municipality: &Municipality,
    colours: IconColours,
    diagnostics: &mut Diagnostics,
) -> IconAssets {
    let files = &shared.project.files;
    let logo = municipality.brand.logo.as_ref().and_then(|(path, place)| {
        let image = shared.images.get(path)?.as_ref().as_ref().ok()?;
        Some((path, place, image))
    });
    if let Some((path, place, image)) = logo {
        match prepare_icons(files, path, Some(image), colours).as_ref() {
            Ok(icons) => return icons.clone(),
            Err(error) => {
                let largest = LARGEST_LOGO;
                diagnostics.push(
                    Diagnostic::error(
                        codes::BAD_LOGO,
                        place.clone(),
                        message!("ロゴを使えません：{error}", "the logo cannot be used: {error}"),
                    )
                    .help(message!(
                        "プレーンな SVG か、{largest} ピクセル四方までの PNG で保存しなおしてください",
                        "save it again as plain SVG, or as PNG of at most {largest} pixels a side"
                    )),
                );
            }
        }
    }
    shared.marks(colours, || {
        let own = format!("{}municipality.yaml", municipality.folder);
        prepare_icons(files, &own, None, colours).as_ref().as_ref().cloned().unwrap_or_default()
    })
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
