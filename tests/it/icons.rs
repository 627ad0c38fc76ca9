//! The icons of a site and what the web manifest says of them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use serde_json::{Value as Json, json};

use crate::common::{Built, HINO, Scratch};

const LOGO: &str = "municipalities/132128-hino/logo";
const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\
    <circle cx=\"32\" cy=\"32\" r=\"20\" fill=\"#ffe000\"/></svg>";

/// The small project with a logo in Hino.
fn with_logo(extension: &str, bytes: impl AsRef<[u8]>) -> Scratch {
    Scratch::new()
        .edit(HINO, "brand:\n", &format!("brand:\n  logo: logo.{extension}\n"))
        .with(&format!("{LOGO}.{extension}"), bytes)
}

fn manifest(built: &Built) -> Json {
    serde_json::from_str(built.text("132128/manifest.webmanifest")).expect("JSON")
}

/// The sizes and purposes of the icons, all of which must be published.
fn icons(built: &Built) -> Vec<(String, String)> {
    let manifest = manifest(built);
    let word = |icon: &Json, key: &str| icon[key].as_str().expect("a text").to_owned();
    let icons = manifest["icons"].as_array().expect("a list");
    for icon in icons {
        let path = format!("132128{}", word(icon, "src"));
        assert!(built.files.contains_key(&path), "{path}");
    }
    icons.iter().map(|icon| (word(icon, "sizes"), word(icon, "purpose"))).collect()
}

fn expected(has_svg: bool) -> Vec<(String, String)> {
    [("any", "any"), ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]
        .into_iter()
        .skip(usize::from(!has_svg))
        .map(|(sizes, purpose)| (sizes.to_owned(), purpose.to_owned()))
        .collect()
}

/// The paths of the icons, which change with their bytes.
fn paths(built: &Built) -> Vec<&String> {
    built.files.keys().filter(|path| path.starts_with("132128/assets/icon")).collect()
}

#[test]
fn icons_show_the_logo_or_else_the_mark() {
    let (mark, logo) = (Scratch::new().build(), with_logo("svg", SVG).build());
    for built in [&mark, &logo] {
        assert_eq!(built.findings(), [""; 0]);
        assert_eq!(manifest(built)["id"], json!("/"));
        assert_eq!(icons(built), expected(true));
        assert!(built.text("132128/index.html").contains("type=\"image/svg+xml\""));
        assert_eq!(paths(built).len(), 5);
    }
    assert!(paths(&mark).iter().all(|path| !paths(&logo).contains(path)));
    assert_eq!(paths(&logo), paths(&with_logo("svg", SVG).build()));
}

#[test]
fn a_png_logo_gives_no_svg_and_a_broken_one_is_a_fault() {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 20, 20);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[200, 30, 30].repeat(400)).expect("data");
    writer.finish().expect("a PNG");
    let built = with_logo("png", &png).build();
    assert_eq!(built.findings(), [""; 0]);
    assert_eq!(icons(&built), expected(false));
    assert!(!built.text("132128/index.html").contains("type=\"image/svg+xml\""));

    let built = with_logo("png", &png[..50]).build();
    let found = built.findings();
    assert!(found.len() == 1 && found[0].starts_with("UB0507 "), "{found:?}");
}
