//! Images that articles and towns show: their size, SVG cleaned of everything that is not drawing,
//! and the icons of a site.

pub mod icon;
pub mod svg;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::Message;
use crate::message;
use crate::source::{Files, memo};
use crate::theme::Asset;
use icon::{IconColours, IconError, Logo};

/// An image as it is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// The file.
    pub asset: Asset,
    /// Width and height in CSS pixels, where they are known.
    pub size: Option<(u32, u32)>,
}

/// The kinds of images that browsers show without help.
pub const EXTENSIONS: [&str; 7] = ["png", "jpg", "jpeg", "webp", "gif", "avif", "svg"];

/// Makes an image ready for publishing.
///
/// # Errors
/// Tells why a file is not a usable image.
pub fn prepare(path: &str, bytes: &[u8]) -> Result<Image, Message> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let extension = extension.to_ascii_lowercase();
    if extension == "svg" {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| message!("SVG が UTF-8 ではありません", "the SVG is not UTF-8"))?;
        let cleaned = svg::clean(text).map_err(|error| {
            message!("SVG を使えません：{error}", "the SVG cannot be used: {error}")
        })?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "both are finite and positive; a browser's pixels end long before u32 does"
        )]
        let size = cleaned.size.map(|size| (size.width.round() as u32, size.height.round() as u32));
        return Ok(Image {
            asset: Asset::new(&file_name(stem, "svg"), cleaned.text.into_bytes()),
            size,
        });
    }
    let size = imagesize::blob_size(bytes).map_err(|error| {
        message!("画像として読めません：{error}", "it cannot be read as an image: {error}")
    })?;
    let size = u32::try_from(size.width).ok().zip(u32::try_from(size.height).ok());
    Ok(Image { asset: Asset::new(&file_name(stem, &extension), bytes.to_vec()), size })
}

/// Keeps only what needs no escaping in an address.
fn file_name(stem: &str, extension: &str) -> String {
    let stem: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' })
        .collect();
    format!("{stem}.{extension}")
}

/// Images by path; what cannot be used keeps its reason.
pub type Images = BTreeMap<String, Arc<Result<Image, Message>>>;

/// Makes all images of a project ready.
pub fn prepare_all(files: &Files) -> Images {
    let is_image = |path: &str| {
        path.rsplit_once('.').is_some_and(|(_, extension)| {
            EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
        })
    };
    let all: Vec<_> = files
        .iter()
        .filter(|(path, _)| {
            (path.starts_with("content/") || path.starts_with("municipalities/")) && is_image(path)
        })
        .collect();
    all.into_par_iter()
        .map(|(path, file)| {
            (
                path.to_owned(),
                files.memo.get(file, None, memo::hash(path), || prepare(path, file.bytes())),
            )
        })
        .collect()
}

/// The icons of a site as files.
#[derive(Clone, Debug, Default)]
pub struct IconAssets {
    /// The icon for browsers; `None` if the logo is no SVG.
    pub svg: Option<Asset>,
    /// 192 pixels a side, for any purpose.
    pub any_192: Asset,
    /// 512 pixels a side, for any purpose.
    pub any_512: Asset,
    /// 512 pixels a side, for platforms that cut icons to a shape of their own.
    pub maskable_512: Asset,
    /// 180 pixels a side, for Apple's home screens.
    pub touch_180: Asset,
}

/// Draws the icons of a site, once for each logo and pair of colours.
///
/// `path` names the file that the icons are made from: the logo's, or that of the municipality if
/// there is no logo.
pub fn prepare_icons(
    files: &Files,
    path: &str,
    logo: Option<&Image>,
    colours: IconColours,
) -> Arc<Result<IconAssets, IconError>> {
    let draw = || {
        let logo = logo.map(|logo| match std::str::from_utf8(&logo.asset.bytes) {
            Ok(text) => Logo::Svg(text),
            Err(_) => Logo::Png(&logo.asset.bytes),
        });
        icon::draw(logo, colours).map(|icons| IconAssets {
            svg: icons.svg.map(|text| Asset::new("icon.svg", text.into_bytes())),
            any_192: Asset::new("icon-192.png", icons.any_192),
            any_512: Asset::new("icon-512.png", icons.any_512),
            maskable_512: Asset::new("icon-maskable-512.png", icons.maskable_512),
            touch_180: Asset::new("icon-180.png", icons.touch_180),
        })
    };
    match files.get(path) {
        Some(file) => files.memo.get(file, None, memo::hash((logo.is_some(), colours)), draw),
        None => Arc::new(draw()),
    }
}
