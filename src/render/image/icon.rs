//! App icons: a town's logo on the town's colour, or Ubugi's mark in that colour where a town has
//! no logo.
//!
//! A browser's tab takes SVG, but the home screens of phones want PNG of fixed sizes, and some cut
//! them to a shape of their own. `resvg` draws the PNGs. They have a palette where the drawing has
//! few colours, as logos have, so that they are small and quick to write.
//!
//! `resvg` is built without fonts, so that the words of a logo must be outlines, as drawing
//! programs export them. The mark is a swaddled child, which is what 産着 is for. Its garment is
//! folded as a kimono is for the living: the panel on the wearer's left, which is on the beholder's
//! right, lies on top.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use resvg::tiny_skia::{
    Color, FillRule, FilterQuality, Paint, Path, PathBuilder, Pixmap, PixmapPaint,
    PremultipliedColorU8, Transform,
};
use resvg::usvg::{self, Options, Tree};

use crate::municipality::colour::Colour;

/// The width and height of an icon in its own units.
const FIELD: f32 = 512.0;
/// The radius of the safe zone, which no platform cuts off (W3C, Web Application Manifest, "safe
/// zone").
const SAFE_RADIUS: f32 = 0.4 * FIELD;
/// The most pixels a side of a PNG logo may have.
pub const LARGEST_LOGO: u32 = 4096;
/// The pixels a side at which the choice of the ground looks at a logo.
const PROBE: u32 = 32;
/// The contrast that a graphical object needs (WCAG 2.2, success criterion 1.4.11).
const GRAPHICAL_CONTRAST: f64 = 3.0;
/// The share of its box that a logo with a ground of its own fills at least; a disc fills 0.79.
const OWN_GROUND: f64 = 0.75;

/// The mark as path data: head, the panel that lies under and the panel that lies over, within the
/// safe zone.
const MARK: &str = "M227 84Q239 72 255.9 72L256.1 72Q273 72 285 84L285 84Q297 96 297 112.9L297 \
                    113.1\
    Q297 130 285 142L285 142Q273 154 256.1 154L255.9 154Q239 154 227 142L227 142Q215 130 215 113.1\
    L215 112.9Q215 96 227 84Z\
    M194.5 159.1Q204 156 210.1 163.9L241.3 204.8Q244.9 209.6 241.4 214.5L167.5 316.8\
    Q164 321.7 164 315.7L164 300Q164 290 154 290L112 290Q94 290 94 272L94 210Q94 192 111.1 186.4Z\
    M302.1 164.1Q308 156 317.5 159.1L400.9 186.4Q418 192 418 210L418 272Q418 290 400 290L358 290\
    Q348 290 348 300L348 406Q348 430 324 430L188 430Q164 430 164 406L164 365.5\
    Q164 355.5 169.9 347.4Z";

/// Holds the two colours of an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IconColours {
    /// The ground.
    pub background: Colour,
    /// The mark, and the ground of a logo that could not be seen on the other one.
    pub foreground: Colour,
}

/// A town's logo.
#[derive(Clone, Copy, Debug)]
pub enum Logo<'a> {
    /// A cleaned SVG document.
    Svg(&'a str),
    /// The bytes of a PNG file.
    Png(&'a [u8]),
}

/// The icons of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icons {
    /// The icon for browsers; `None` if the logo is a PNG.
    pub svg: Option<String>,
    /// 192 pixels, rounded corners: `"purpose": "any"`.
    pub any_192: Vec<u8>,
    /// 512 pixels, rounded corners: `"purpose": "any"`.
    pub any_512: Vec<u8>,
    /// 512 pixels, coloured up to the edge: `"purpose": "maskable"`.
    pub maskable_512: Vec<u8>,
    /// 180 pixels, coloured up to the edge: `apple-touch-icon`.
    pub touch_180: Vec<u8>,
}

/// Says why a logo cannot become an icon.
#[derive(Debug, thiserror::Error)]
pub enum IconError {
    /// The SVG cannot be drawn.
    #[error(transparent)]
    Svg(#[from] usvg::Error),
    /// The PNG cannot be decoded.
    #[error(transparent)]
    Png(#[from] png::DecodingError),
    /// The PNG has too many pixels.
    #[error("more than {LARGEST_LOGO} pixels a side")]
    TooLarge,
    /// The icon cannot be written.
    #[error(transparent)]
    Encoding(#[from] png::EncodingError),
}

/// Draws all icons of a site.
///
/// # Errors
/// [`IconError`] if the logo cannot be drawn.
pub fn draw(logo: Option<Logo<'_>>, colours: IconColours) -> Result<Icons, IconError> {
    let drawing = match logo {
        Some(logo) => Drawing::of_logo(logo, colours)?,
        None => Drawing::mark(colours)?,
    };
    Ok(Icons {
        svg: drawing.svg(),
        any_192: drawing.png(IconShape::Rounded, 192)?,
        any_512: drawing.png(IconShape::Rounded, 512)?,
        maskable_512: drawing.png(IconShape::Maskable, 512)?,
        touch_180: drawing.png(IconShape::Touch, 180)?,
    })
}

/// The edge of an icon, and the room that its drawing gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IconShape {
    /// Rounded corners, transparent outside.
    Rounded,
    /// A full square of which platforms leave at least the safe zone.
    Maskable,
    /// A full square whose corners Apple's devices round a little.
    Touch,
}

/// What stands on the ground.
enum Art {
    /// An SVG document, as text and read.
    Svg(String, Box<Tree>),
    /// The pixels of a picture.
    Pixels(Pixmap),
}

/// A drawing with its size and its ground.
struct Drawing {
    art: Art,
    width: f32,
    height: f32,
    room: Room,
    ground: Colour,
}

/// The part of an icon that a drawing fills.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// All of it: it is drawn for the field, with its margins.
    Field,
    /// Much of it: a logo with a ground of its own, whose corners may be cut off.
    Tile,
    /// Less of it: a logo that stands free.
    Emblem,
}

impl Drawing {
    fn mark(colours: IconColours) -> Result<Self, IconError> {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{FIELD}\" height=\"{FIELD}\">\
             <path fill=\"{}\" d=\"{MARK}\"/></svg>",
            colours.foreground
        );
        let tree = Tree::from_str(&text, &Options::default())?;
        Ok(Self {
            art: Art::Svg(text, Box::new(tree)),
            width: FIELD,
            height: FIELD,
            room: Room::Field,
            ground: colours.background,
        })
    }

    /// Reads a logo and chooses its ground; a logo in which nothing is visible gives the mark.
    fn of_logo(logo: Logo<'_>, colours: IconColours) -> Result<Self, IconError> {
        let (art, width, height) = match logo {
            Logo::Svg(text) => {
                let tree = Tree::from_str(text, &Options::default())?;
                let size = tree.size();
                (Art::Svg(text.to_owned(), Box::new(tree)), size.width(), size.height())
            }
            Logo::Png(bytes) => {
                let info = png::Decoder::new(std::io::Cursor::new(bytes)).read_info()?;
                let (width, height) = info.info().size();
                if width.max(height) > LARGEST_LOGO {
                    return Err(IconError::TooLarge);
                }
                let pixels = Pixmap::decode_png(bytes)?;
                (Art::Pixels(pixels), pixel_length(width), pixel_length(height))
            }
        };
        let ground = colours.background;
        let drawing = Self { art, width, height, room: Room::Emblem, ground };
        match drawing.choose_ground(colours)? {
            Some((room, ground)) => Ok(Self { room, ground, ..drawing }),
            None => Self::mark(colours),
        }
    }

    /// Returns how much room the logo gets and the colour on which most of it can be seen, or
    /// `None` if nothing is visible.
    ///
    /// The background wins if both are as good, and if the logo has a ground of its own.
    fn choose_ground(&self, colours: IconColours) -> Result<Option<(Room, Colour)>, IconError> {
        let side = pixel_length(PROBE);
        let scale = side / self.width.max(self.height);
        let mut probe = Pixmap::new(PROBE, PROBE).ok_or(IconError::TooLarge)?;
        self.draw(&mut probe, Transform::from_scale(scale, scale));
        let (mut visible, mut on_background, mut on_foreground) = (0.0, 0.0, 0.0);
        let mut last = None;
        for pixel in probe.pixels().iter().filter(|pixel| pixel.alpha() > 0) {
            let is_seen = match last {
                Some((known, is_seen)) if known == *pixel => is_seen,
                _ => {
                    let opaque = pixel.demultiply();
                    let colour = Colour::new(opaque.red(), opaque.green(), opaque.blue());
                    [colours.background, colours.foreground]
                        .map(|ground| colour.contrast_ratio(ground) >= GRAPHICAL_CONTRAST)
                }
            };
            last = Some((*pixel, is_seen));
            let weight = f64::from(pixel.alpha()) / 255.0;
            visible += weight;
            on_background += if is_seen[0] { weight } else { 0.0 };
            on_foreground += if is_seen[1] { weight } else { 0.0 };
        }
        let field = f64::from(self.width * scale) * f64::from(self.height * scale);
        Ok(if visible < 1.0 {
            None
        } else if visible / field >= OWN_GROUND {
            Some((Room::Tile, colours.background))
        } else if on_background >= on_foreground {
            Some((Room::Emblem, colours.background))
        } else {
            Some((Room::Emblem, colours.foreground))
        })
    }

    /// Returns the scale at which the drawing stands on the field.
    fn scale(&self, shape: IconShape) -> f32 {
        let longer = FIELD / self.width.max(self.height);
        match (self.room, shape) {
            (Room::Field, _) | (Room::Tile, IconShape::Rounded) => longer,
            (Room::Tile, IconShape::Touch) => 0.9 * longer,
            (Room::Tile, IconShape::Maskable) | (Room::Emblem, IconShape::Rounded) => 0.8 * longer,
            (Room::Emblem, IconShape::Touch) => 0.72 * longer,
            // Its corners lie on the edge of the safe zone.
            (Room::Emblem, IconShape::Maskable) => {
                2.0 * SAFE_RADIUS / self.width.hypot(self.height)
            }
        }
    }

    /// Returns where the drawing stands on the field.
    fn transform(&self, shape: IconShape) -> Transform {
        let scale = self.scale(shape);
        let (x, y) = ((FIELD - self.width * scale) / 2.0, (FIELD - self.height * scale) / 2.0);
        Transform::from_row(scale, 0.0, 0.0, scale, x, y)
    }

    /// Writes the icon with rounded corners as SVG; `None` if the drawing consists of pixels.
    fn svg(&self) -> Option<String> {
        let Art::Svg(art, _) = &self.art else { return None };
        let Transform { sx, tx, ty, .. } = self.transform(IconShape::Rounded);
        let (width, height) = (self.width, self.height);
        // A field of its own gives a logo that names no size the size that it has alone.
        Some(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {FIELD} {FIELD}\">\
             <path fill=\"{}\" d=\"{ROUNDED}\"/>\
             <svg x=\"{tx}\" y=\"{ty}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} \
             {height}\">\
             {}</svg></svg>\n",
            self.ground,
            width * sx,
            height * sx,
            art.trim_end()
        ))
    }

    /// Draws an icon and encodes it as PNG.
    fn png(&self, shape: IconShape, size: u32) -> Result<Vec<u8>, IconError> {
        let mut icon = Pixmap::new(size, size).ok_or(IconError::TooLarge)?;
        let scale = pixel_length(size) / FIELD;
        let ground = Color::from_rgba8(self.ground.r, self.ground.g, self.ground.b, 255);
        if shape == IconShape::Rounded {
            let mut paint = Paint::default();
            paint.set_color(ground);
            if let Some(path) = rounded_square() {
                let place = Transform::from_scale(scale, scale);
                icon.fill_path(&path, &paint, FillRule::Winding, place, None);
            }
        } else {
            icon.fill(ground);
        }
        self.draw(&mut icon, self.transform(shape).post_scale(scale, scale));
        Ok(encode(icon)?)
    }

    fn draw(&self, icon: &mut Pixmap, place: Transform) {
        match &self.art {
            Art::Svg(_, tree) => resvg::render(tree, place, &mut icon.as_mut()),
            Art::Pixels(pixels) => draw_pixels(icon, pixels, place),
        }
    }
}

/// The rounded square as path data.
const ROUNDED: &str =
    "M0 112Q0 0 112 0L400 0Q512 0 512 112L512 400Q512 512 400 512L112 512Q0 512 0 400Z";

/// Returns the rounded square that [`ROUNDED`] writes.
fn rounded_square() -> Option<Path> {
    let (near, far) = (112.0, FIELD - 112.0);
    let mut path = PathBuilder::new();
    path.move_to(0.0, near);
    path.quad_to(0.0, 0.0, near, 0.0);
    path.line_to(far, 0.0);
    path.quad_to(FIELD, 0.0, FIELD, near);
    path.line_to(FIELD, far);
    path.quad_to(FIELD, FIELD, far, FIELD);
    path.line_to(near, FIELD);
    path.quad_to(0.0, FIELD, 0.0, far);
    path.close();
    path.finish()
}

/// Draws a picture, halved until less than half of its pixels would be passed over.
fn draw_pixels(icon: &mut Pixmap, pixels: &Pixmap, mut place: Transform) {
    let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
    let mut halved = None;
    while place.sx <= 0.5 {
        let from = halved.as_ref().unwrap_or(pixels);
        let (width, height) = (from.width().div_ceil(2), from.height().div_ceil(2));
        let Some(mut half) = Pixmap::new(width, height) else { break };
        half.draw_pixmap(0, 0, from.as_ref(), &paint, Transform::from_scale(0.5, 0.5), None);
        halved = Some(half);
        place = place.pre_scale(2.0, 2.0);
    }
    icon.draw_pixmap(0, 0, halved.as_ref().unwrap_or(pixels).as_ref(), &paint, place, None);
}

/// Returns a number of pixels as a length.
#[expect(clippy::cast_precision_loss, reason = "sides are short enough for a float to hold them")]
fn pixel_length(pixels: u32) -> f32 {
    pixels as f32
}

/// Encodes an icon, with a palette if it has few colours.
fn encode(icon: Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::with_capacity(16 * 1024);
    let mut encoder = png::Encoder::new(&mut bytes, icon.width(), icon.height());
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    // Rows are mostly like the row above, so that their differences are nearly all zero.
    encoder.set_filter(png::Filter::Up);
    let pixels = match indexed(&icon) {
        Some((indexes, palette)) => {
            let colours = palette.iter().map(|colour| colour.demultiply());
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(
                colours
                    .flat_map(|colour| [colour.red(), colour.green(), colour.blue()])
                    .collect::<Vec<u8>>(),
            );
            if palette.iter().any(|colour| colour.alpha() < 255) {
                encoder.set_trns(palette.iter().map(|colour| colour.alpha()).collect::<Vec<u8>>());
            }
            indexes
        }
        None => {
            encoder.set_color(png::ColorType::Rgba);
            icon.take_demultiplied()
        }
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Returns the pixels as places in a palette, in which colours stand as they come, or `None` if
/// there are more than 256.
fn indexed(icon: &Pixmap) -> Option<(Vec<u8>, Vec<PremultipliedColorU8>)> {
    let mut palette = Vec::new();
    let mut places = HashMap::new();
    let pixels = icon.pixels();
    let mut indexes = Vec::with_capacity(pixels.len());
    while let Some(pixel) = pixels.get(indexes.len()) {
        let key = (pixel.red(), pixel.green(), pixel.blue(), pixel.alpha());
        let next = u8::try_from(palette.len());
        let index = match places.entry(key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                palette.push(*pixel);
                *new.insert(next.ok()?)
            }
        };
        let run = run_length(&icon.data()[indexes.len() * 4..]);
        indexes.resize(indexes.len() + run, index);
    }
    Some((indexes, palette))
}

/// Counts the equal pixels, of four bytes each, with which some begin.
///
/// Equal pixels are their own neighbours: whole stretches are compared at once.
fn run_length(pixels: &[u8]) -> usize {
    let mut run = 4;
    let mut step = 4;
    while run + step <= pixels.len() && pixels[run - 4..run + step - 4] == pixels[run..run + step] {
        run += step;
        step *= 2;
    }
    while step >= 4 {
        let is_equal = run + step <= pixels.len()
            && pixels[run - 4..run + step - 4] == pixels[run..run + step];
        if is_equal {
            run += step;
        } else {
            step /= 2;
        }
    }
    run / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_pixels_are_counted() {
        for equal in 1..40_usize {
            for after in 0..9_usize {
                let mut pixels = [7, 8, 9, 255].repeat(equal);
                pixels.extend([7, 8, 9, 254].repeat(after));
                assert_eq!(run_length(&pixels), equal, "{equal} and {after}");
            }
        }
    }

    const BRAND: Colour = Colour::new(0x0b, 0x5c, 0xad);
    const COLOURS: IconColours = IconColours { background: BRAND, foreground: Colour::WHITE };

    /// Decodes an icon to its side and rows of red, green, blue and alpha.
    fn decode(bytes: &[u8]) -> (u32, Vec<[u8; 4]>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().expect("a PNG");
        let mut data = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut data).expect("a frame");
        assert_eq!(info.width, info.height);
        let pixels = data.chunks_exact(4).map(|pixel| pixel.try_into().expect("four")).collect();
        (info.width, pixels)
    }

    fn drawn(svg: &str) -> Icons {
        draw(Some(Logo::Svg(svg)), COLOURS).expect("icons")
    }

    fn svg(inner: &str) -> String {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">{inner}</svg>")
    }

    fn at(bytes: &[u8], x: u32, y: u32) -> [u8; 4] {
        let (side, pixels) = decode(bytes);
        pixels[usize::try_from(y * side + x).expect("a place")]
    }

    const GROUND: [u8; 4] = [0x0b, 0x5c, 0xad, 255];
    const WHITE: [u8; 4] = [255; 4];
    const RED: [u8; 4] = [255, 0, 0, 255];

    #[test]
    fn icons_have_their_sizes_and_edges_and_are_the_same_every_time() {
        let icons = draw(None, COLOURS).expect("icons");
        for (bytes, side) in [
            (&icons.any_192, 192),
            (&icons.any_512, 512),
            (&icons.maskable_512, 512),
            (&icons.touch_180, 180),
        ] {
            assert_eq!(decode(bytes).0, side);
            assert!(bytes.len() < 10_000, "{side}: {} bytes", bytes.len());
        }
        for bytes in [&icons.any_192, &icons.any_512] {
            assert_eq!(at(bytes, 0, 0)[3], 0);
        }
        for bytes in [&icons.maskable_512, &icons.touch_180] {
            assert!(decode(bytes).1.iter().all(|pixel| pixel[3] == 255));
            assert_eq!(at(bytes, 0, 0), GROUND);
        }
        assert_eq!(draw(None, COLOURS).expect("icons"), icons);
    }

    #[test]
    fn without_a_logo_the_mark_lies_as_for_the_living() {
        let icons = draw(None, COLOURS).expect("icons");
        for (x, y) in [(256, 113), (130, 240), (380, 240), (256, 400), (200, 240)] {
            assert_eq!(at(&icons.any_512, x, y), WHITE, "{x} {y}");
        }
        // The seam runs from the beholder's upper right to the lower left.
        for (x, y) in [(240, 230), (190, 300), (256, 20), (0, 256), (256, 500), (450, 240)] {
            assert_eq!(at(&icons.any_512, x, y), GROUND, "{x} {y}");
        }
        assert_eq!(at(&icons.any_512, 512 - 190, 300), WHITE);
        let text = icons.svg.expect("an SVG");
        assert!(text.contains("fill=\"#0b5cad\"") && text.contains("fill=\"#ffffff\""), "{text}");
    }

    #[test]
    fn the_mark_keeps_to_the_safe_zone() {
        let (side, pixels) = decode(&draw(None, COLOURS).expect("icons").maskable_512);
        for (index, _) in pixels.iter().enumerate().filter(|(_, pixel)| **pixel != GROUND) {
            let index = u32::try_from(index).expect("a place");
            let (x, y) = (f64::from(index % side) - 255.5, f64::from(index / side) - 255.5);
            assert!(x.hypot(y) <= f64::from(SAFE_RADIUS) + 1.0, "{x} {y}");
        }
    }

    #[test]
    fn a_logo_stands_in_the_middle_and_its_corners_in_the_safe_zone() {
        let icons = drawn(&svg("<path d=\"M0 0H64V64H40V24H0Z\" fill=\"#ffe000\"/>"));
        let yellow = [255, 0xe0, 0, 255];
        // 512 * 0.8 / √2 = 290 pixels a side.
        for (x, y) in [(115, 115), (396, 115), (396, 396)] {
            assert_eq!(at(&icons.maskable_512, x, y), yellow, "{x} {y}");
        }
        for (x, y) in [(105, 105), (406, 105), (406, 406), (200, 300)] {
            assert_eq!(at(&icons.maskable_512, x, y), GROUND, "{x} {y}");
        }
        assert_eq!(at(&icons.any_512, 60, 60), yellow);
        assert_eq!(at(&icons.touch_180, 160, 160), GROUND);
    }

    #[test]
    fn the_ground_is_one_on_which_the_logo_can_be_seen() {
        let emblem = "<path d=\"M32 4L60 60H4Z\" fill=\"#0b5cad\"/>";
        let icons = drawn(&svg(emblem));
        assert_eq!(
            (at(&icons.maskable_512, 5, 5), at(&icons.maskable_512, 256, 300)),
            (WHITE, GROUND)
        );
        let tile = "<rect width=\"64\" height=\"64\" rx=\"9\" fill=\"#0b5cad\"/>\
                    <circle cx=\"32\" cy=\"32\" r=\"9\" fill=\"#f00\"/>";
        let icons = drawn(&svg(tile));
        assert_eq!(
            (at(&icons.maskable_512, 5, 5), at(&icons.maskable_512, 256, 256)),
            (GROUND, RED)
        );
        assert_eq!(at(&icons.any_512, 256, 3), GROUND);
    }

    #[test]
    fn a_logo_without_anything_visible_gives_the_mark() {
        let mark = draw(None, COLOURS).expect("icons");
        for empty in
            ["", "<text y=\"9\">市</text>", "<rect width=\"9\" height=\"9\" opacity=\"0\"/>"]
        {
            assert_eq!(drawn(&svg(empty)), mark, "{empty}");
        }
    }

    #[test]
    fn the_svg_gives_a_logo_the_size_that_it_has_alone() {
        for size in ["", " width=\"640\" height=\"640\"", " width=\"10mm\"", " height=\"40\""] {
            let logo = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\"{size} viewBox=\"0 0 64 64\">\
                 <rect x=\"16\" y=\"16\" width=\"32\" height=\"32\" fill=\"#f00\"/></svg>"
            );
            let icons = drawn(&logo);
            let tree =
                Tree::from_str(&icons.svg.expect("an SVG"), &Options::default()).expect("SVG");
            let mut again = Pixmap::new(192, 192).expect("pixels");
            let scale = 192.0 / FIELD;
            resvg::render(&tree, Transform::from_scale(scale, scale), &mut again.as_mut());
            let (_, pixels) = decode(&icons.any_192);
            let differing = again
                .take_demultiplied()
                .chunks_exact(4)
                .zip(&pixels)
                .filter(|(one, other)| one.iter().zip(*other).any(|(a, b)| a.abs_diff(*b) > 8))
                .count();
            assert!(differing < 20, "{size}: {differing}");
        }
    }

    fn png_of(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().expect("a header");
        let count = usize::try_from(width * height).expect("a size");
        writer.write_image_data(&colour.repeat(count)).expect("data");
        writer.finish().expect("a PNG");
        bytes
    }

    #[test]
    fn a_png_logo_is_drawn_at_any_size() {
        for (width, height) in [(16, 16), (200, 200), (1001, 999), (2048, 1024)] {
            let logo = png_of(width, height, [255, 0, 0]);
            let icons = draw(Some(Logo::Png(&logo)), COLOURS).expect("icons");
            assert_eq!(icons.svg, None);
            for (bytes, middle) in [(&icons.any_512, 256), (&icons.touch_180, 90)] {
                assert_eq!(at(bytes, middle, middle), RED, "{width}");
            }
            assert_eq!(at(&icons.maskable_512, 10, 256), GROUND, "{width}");
        }
    }

    #[test]
    fn what_is_no_logo_is_refused() {
        let large = png_of(LARGEST_LOGO + 1, 1, [0; 3]);
        let cut = &png_of(64, 64, [0; 3])[..60];
        for (logo, expected) in
            [(&large[..], "4096"), (cut, ""), (&b"\x89PNG"[..], ""), (&b"GIF89a"[..], "")]
        {
            let error = draw(Some(Logo::Png(logo)), COLOURS).expect_err("no logo").to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(draw(Some(Logo::Svg("<svg")), COLOURS).is_err());
    }
}
