//! App icons in the municipality's colours: a swaddled child, which is what 産着 is for.
//!
//! A browser's tab takes SVG, but the home screens of phones still want PNG of fixed sizes. The drawing is one list of polygons with
//! rounded corners; the SVG is that list as text and the PNG is that list filled, so the two cannot differ. Filling such shapes takes
//! forty lines (each pixel's exactly covered area, summed along the row, as in Raph Levien's `font-rs`), where a general rasteriser
//! would bring a tree of crates. Only additions, multiplications, divisions and square roots are used, which IEEE 754 rounds alike
//! everywhere, so that the bytes are the same on every machine.
//!
//! The garment is folded as a kimono is for the living: the panel on the wearer's left, which is on the beholder's right, lies on top.

use std::fmt::Write as _;

use crate::municipality::colour::Colour;

/// The drawing's width and height, in its own units.
const FIELD: u16 = 512;

/// The most pixels a side of a PNG may have.
const LARGEST: u32 = 1024;

/// A corner of a polygon: x, y, and how far before and after it the rounding begins.
type Corner = (f32, f32, f32);

/// The rounded square that the drawing stands on.
const SQUARE: &[Corner] =
    &[(0.0, 0.0, 112.0), (512.0, 0.0, 112.0), (512.0, 512.0, 112.0), (0.0, 512.0, 112.0)];

/// Head, the panel that lies under and the panel that lies over, which do not overlap. All of it stays within 204 units of the middle,
/// the part of a maskable icon that no platform cuts off (W3C, Web Application Manifest, "safe zone").
const MOTIF: [&[Corner]; 3] = [
    &[
        (239.0, 72.0, 16.9),
        (273.0, 72.0, 16.9),
        (297.0, 96.0, 16.9),
        (297.0, 130.0, 16.9),
        (273.0, 154.0, 16.9),
        (239.0, 154.0, 16.9),
        (215.0, 130.0, 16.9),
        (215.0, 96.0, 16.9),
    ],
    &[
        (204.0, 156.0, 10.0),
        (244.9, 209.6, 6.0),
        (164.0, 321.7, 6.0),
        (164.0, 290.0, 10.0),
        (94.0, 290.0, 18.0),
        (94.0, 192.0, 18.0),
    ],
    &[
        (308.0, 156.0, 10.0),
        (418.0, 192.0, 18.0),
        (418.0, 290.0, 18.0),
        (348.0, 290.0, 10.0),
        (348.0, 430.0, 24.0),
        (164.0, 430.0, 24.0),
        (164.0, 355.5, 10.0),
    ],
];

/// Holds the two colours of an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IconColours {
    /// The square.
    pub background: Colour,
    /// The drawing on it.
    pub foreground: Colour,
}

/// Tells how an icon ends at its edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconEdge {
    /// Rounded corners, transparent outside: for browsers, and `"purpose": "any"` of a manifest.
    Rounded,
    /// Colour up to the edge, without transparency: for `apple-touch-icon` and `"purpose": "maskable"`, where the phone cuts the shape.
    Full,
}

/// Draws the icon as SVG, with rounded corners and a field of 512 by 512 units.
///
/// Colours stand in attributes, so it needs no exception in a Content-Security-Policy.
#[must_use]
pub fn svg(colours: IconColours) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {FIELD} {FIELD}\"><path fill=\"{}\" d=\"",
        colours.background
    );
    write_path(&mut text, SQUARE);
    // Writing to a string cannot fail.
    let _ = write!(text, "\"/><path fill=\"{}\" d=\"", colours.foreground);
    for polygon in MOTIF {
        write_path(&mut text, polygon);
    }
    text.push_str("\"/></svg>\n");
    text
}

/// Draws the icon as PNG of `size` by `size` pixels (180, 192 and 512 are in use; 1 to 1024 are allowed, others are brought within).
///
/// The image has a palette of sixteen entries, so it is small and quick to write.
#[must_use]
pub fn png(size: u32, colours: IconColours, edge: IconEdge) -> Vec<u8> {
    let size = size.clamp(1, LARGEST);
    // Encoding fails on a failing writer or a wrong size of the data only, and here the one is memory and the other is computed.
    encode(size, &draw(size, edge), colours).unwrap_or_default()
}

fn write_path(text: &mut String, polygon: &[Corner]) {
    for (index, [enter, corner, leave]) in corners(polygon).enumerate() {
        let verb = if index == 0 { 'M' } else { 'L' };
        let [(x0, y0), (x1, y1), (x2, y2)] =
            [enter, corner, leave].map(|(x, y)| (tenths(x), tenths(y)));
        let _ = write!(text, "{verb}{x0} {y0}Q{x1} {y1} {x2} {y2}");
    }
    text.push('Z');
}

fn tenths(value: f32) -> f32 {
    (value * 10.0).round() / 10.0
}

type Point = (f32, f32);

/// Yields for each corner where its rounding begins, the corner itself (the control point of a quadratic curve) and where it ends.
fn corners(polygon: &[Corner]) -> impl Iterator<Item = [Point; 3]> {
    let before = polygon.iter().cycle().skip(polygon.len().saturating_sub(1));
    let after = polygon.iter().cycle().skip(1);
    polygon.iter().zip(before).zip(after).map(|((&(x, y, radius), before), after)| {
        let towards = |&(to_x, to_y, _): &Corner| {
            let (dx, dy) = (to_x - x, to_y - y);
            let part = radius / (dx * dx + dy * dy).sqrt();
            (x + dx * part, y + dy * part)
        };
        [towards(before), (x, y), towards(after)]
    })
}

/// The palette's steps: 0 to 7 from clear to background, on to 15 from background to foreground.
const CLEAR: u8 = 7;
const BLEND: u8 = 8;

/// Draws rows of palette indexes, two pixels a byte, as PNG stores them at a depth of four bits.
fn draw(size: u32, edge: IconEdge) -> Vec<u8> {
    let width = size as usize;
    let mut motif = Layer::new(size, &MOTIF, BLEND);
    let mut square = (edge == IconEdge::Rounded).then(|| Layer::new(size, &[SQUARE], CLEAR));
    let mut data = Vec::with_capacity(width.div_ceil(2) * width);
    let mut row = vec![0u8; width];
    for y in 0..width {
        match &mut square {
            Some(square) => {
                row.fill(0);
                square.paint(y, &mut row);
            }
            None => row.fill(CLEAR),
        }
        motif.paint(y, &mut row);
        data.extend(row.chunks(2).map(|pair| match *pair {
            [left, right] => left << 4 | right,
            [left] => left << 4,
            _ => 0,
        }));
    }
    data
}

/// Polygons that do not overlap, to be filled row by row from the top.
struct Layer {
    edges: Vec<Edge>,
    /// The palette's steps from nothing covered to all covered.
    steps: u8,
    /// What each pixel of the row covers more than the one before it; two more, as an edge in the last pixel writes beyond it.
    differences: Vec<f32>,
}

/// A side of a polygon, in pixels.
struct Edge {
    top: Point,
    bottom: Point,
    /// Pixels to the right for each pixel down.
    slope: f32,
    /// 1 where the polygon goes down, -1 where it goes up.
    sign: f32,
}

impl Layer {
    fn new(size: u32, polygons: &[&[Corner]], steps: u8) -> Self {
        // Sizes are at most `LARGEST`, which a float holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let scale = size as f32 / f32::from(FIELD);
        let edges = polygons
            .iter()
            .flat_map(|polygon| {
                let points = flatten(polygon, scale);
                let next = points.iter().copied().cycle().skip(1);
                points.iter().copied().zip(next).filter_map(Edge::new).collect::<Vec<_>>()
            })
            .collect();
        Self { edges, steps, differences: vec![0.0; size as usize + 2] }
    }

    /// Adds to the pixels of row `y` the area of each that is covered, in whole steps.
    fn paint(&mut self, y: usize, pixels: &mut [u8]) {
        #[allow(clippy::cast_precision_loss)]
        let (upper, lower) = (y as f32, (y + 1) as f32);
        let mut touched = false;
        for edge in self.edges.iter().filter(|edge| edge.top.1 < lower && edge.bottom.1 > upper) {
            edge.cover(upper, lower, &mut self.differences);
            touched = true;
        }
        if !touched {
            return;
        }
        let steps = f32::from(self.steps);
        let (mut covered, mut step) = (0.0f32, 0);
        for (pixel, difference) in pixels.iter_mut().zip(&self.differences) {
            // Between two edges nothing changes, which spares most pixels the arithmetic.
            if *difference != 0.0 {
                covered += difference;
                // The clamp leaves only whole numbers from 0 to `steps`.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let whole = (covered.abs() * steps + 0.5).clamp(0.0, steps) as u8;
                step = whole;
            }
            *pixel += step;
        }
        self.differences.fill(0.0);
    }
}

impl Edge {
    /// Returns `None` for a level edge, which bounds no area to its right.
    fn new((from, to): (Point, Point)) -> Option<Self> {
        let (sign, top, bottom) = if from.1 < to.1 { (1.0, from, to) } else { (-1.0, to, from) };
        (top.1 < bottom.1).then(|| Self {
            top,
            bottom,
            slope: (bottom.0 - top.0) / (bottom.1 - top.1),
            sign,
        })
    }

    /// Adds the area that lies right of the edge between two heights to each pixel of a row.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    fn cover(&self, upper: f32, lower: f32, differences: &mut [f32]) {
        let (upper, lower) = (self.top.1.max(upper), self.bottom.1.min(lower));
        let height = (lower - upper) * self.sign;
        let at = |y: f32| (self.top.0 + (y - self.top.1) * self.slope).max(0.0);
        let (left, right) = (at(upper).min(at(lower)), at(upper).max(at(lower)));
        let (first, last) = (left as usize, right as usize);
        // The area right of the edge within the pixels up to the one that ends at `end`, for a height of one.
        let area = |end: f32| {
            let within = end.min(right) - left;
            let slanted = if right > left { within * within / (right - left) * 0.5 } else { 0.0 };
            slanted + (end - right).max(0.0)
        };
        let (mut before, mut area_before) = (0.0, 0.0);
        for (x, difference) in differences.iter_mut().enumerate().take(last + 1).skip(first) {
            let area_here = area((x + 1) as f32);
            let covered = area_here - area_before;
            *difference += (covered - before) * height;
            (before, area_before) = (covered, area_here);
        }
        if let Some(difference) = differences.get_mut(last + 1) {
            *difference += (1.0 - before) * height;
        }
    }
}

/// Turns a polygon with rounded corners into points, in pixels.
fn flatten(polygon: &[Corner], scale: f32) -> Vec<Point> {
    const PIECES: u8 = 16;
    let between = |from: Point, to: Point, part: f32| {
        (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
    };
    corners(polygon)
        .flat_map(|[enter, corner, leave]| {
            (0..=PIECES).map(move |piece| {
                let part = f32::from(piece) / f32::from(PIECES);
                let (x, y) =
                    between(between(enter, corner, part), between(corner, leave, part), part);
                (x * scale, y * scale)
            })
        })
        .collect()
}

fn encode(size: u32, data: &[u8], colours: IconColours) -> Result<Vec<u8>, png::EncodingError> {
    let mut palette = Vec::with_capacity(16 * 3);
    let mut alpha = Vec::with_capacity(8);
    for step in 0..=7u16 {
        let Colour { r, g, b } = colours.background;
        palette.extend([r, g, b]);
        alpha.push(blend(0, 255, step, 7));
    }
    for step in 1..=8u16 {
        let (back, front) = (colours.background, colours.foreground);
        palette.extend(
            [(back.r, front.r), (back.g, front.g), (back.b, front.b)]
                .map(|(from, to)| blend(from, to, step, 8)),
        );
    }
    let mut bytes = Vec::with_capacity(8 * 1024);
    let mut encoder = png::Encoder::new(&mut bytes, size, size);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette(palette);
    encoder.set_trns(alpha);
    encoder.set_compression(png::Compression::Fast);
    // Rows are mostly like the row above, so that their differences are nearly all zero.
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(data)?;
    writer.finish()?;
    Ok(bytes)
}

/// Goes `step` of `steps` from one value to another.
fn blend(from: u8, to: u8, step: u16, steps: u16) -> u8 {
    let sum = u16::from(from) * (steps - step) + u16::from(to) * step;
    u8::try_from((sum + steps / 2) / steps).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOURS: IconColours =
        IconColours { background: Colour::new(0x0b, 0x5c, 0xad), foreground: Colour::WHITE };

    /// Decodes an icon to rows of red, green, blue and alpha.
    fn decode(bytes: &[u8]) -> (u32, Vec<[u8; 4]>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        assert_eq!(info.width, info.height);
        (info.width, data.chunks_exact(4).map(|pixel| pixel.try_into().unwrap()).collect())
    }

    #[test]
    fn icons_have_their_size_and_are_small() {
        for (size, expected) in [
            (0, 1),
            (1, 1),
            (3, 3),
            (16, 16),
            (180, 180),
            (192, 192),
            (512, 512),
            (u32::MAX, LARGEST),
        ] {
            for edge in [IconEdge::Rounded, IconEdge::Full] {
                let bytes = png(size, COLOURS, edge);
                assert_eq!(decode(&bytes).0, expected);
                assert!(bytes.len() < 8192 || size > 512, "{size}: {} bytes", bytes.len());
                assert_eq!(bytes, png(size, COLOURS, edge));
            }
        }
    }

    #[test]
    fn the_drawing_stands_on_a_square_that_is_rounded_or_full() {
        let (background, foreground) = ([0x0b, 0x5c, 0xad, 255], [255; 4]);
        for (edge, corner) in
            [(IconEdge::Rounded, [0x0b, 0x5c, 0xad, 0]), (IconEdge::Full, background)]
        {
            let (_, pixels) = decode(&png(512, COLOURS, edge));
            let at = |x: usize, y: usize| pixels[y * 512 + x];
            for (x, y) in [(0, 0), (511, 0), (0, 511), (511, 511), (20, 10)] {
                assert_eq!(at(x, y), corner, "{x} {y}");
            }
            for (x, y) in [(256, 20), (0, 256), (511, 256), (60, 60), (256, 500), (450, 240)] {
                assert_eq!(at(x, y), background, "{x} {y}");
            }
            for (x, y) in [(256, 113), (130, 240), (380, 240), (256, 400), (200, 240)] {
                assert_eq!(at(x, y), foreground, "{x} {y}");
            }
        }
    }

    #[test]
    fn the_covered_area_is_exact() {
        // Of its 112 by 112 units a rounded corner lacks a sixth under the parabola, and what sixteen chords leave out of that.
        let (_, pixels) = decode(&png(512, COLOURS, IconEdge::Rounded));
        let area = pixels.iter().map(|[.., alpha]| f64::from(*alpha) / 255.0).sum::<f64>();
        let expected =
            512.0 * 512.0 - 4.0 * 112.0 * 112.0 * (1.0 / 6.0 + 1.0 / (3.0 * 16.0 * 16.0));
        assert!((area - expected).abs() < 10.0, "{area} for {expected}");
    }

    #[test]
    fn the_garment_lies_as_for_the_living() {
        // The seam runs from the beholder's upper right to the lower left.
        let (_, pixels) = decode(&png(512, COLOURS, IconEdge::Full));
        let is_seam = |x: usize, y: usize| pixels[y * 512 + x] == [0x0b, 0x5c, 0xad, 255];
        assert!(is_seam(240, 230) && is_seam(190, 300));
        assert!(!is_seam(512 - 190, 300));
    }

    #[test]
    fn the_drawing_keeps_to_the_safe_zone() {
        for &(x, y, _) in MOTIF.iter().copied().flatten() {
            assert!((x - 256.0).hypot(y - 256.0) < 0.4 * f32::from(FIELD), "{x} {y}");
        }
    }

    #[test]
    fn the_svg_is_of_the_same_colours() {
        let text = svg(COLOURS);
        assert!(text.contains("fill=\"#0b5cad\"") && text.contains("fill=\"#ffffff\""));
        assert!(!text.contains("NaN") && text.len() < 2048, "{text}");
    }
}
