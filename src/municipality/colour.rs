//! A municipality's colours: from the one or two it gives, to a set in which every text can be
//! read.
//!
//! An officer knows the town's colour, not contrast ratios, and the site must meet WCAG 2.2 level
//! AA (JIS X 8341-3) in light and in dark dress whatever the colour is. So everything else is
//! derived, and a colour that cannot be read is replaced by the nearest one that can: same hue,
//! same chroma as far as the screen has it, other lightness. Nearness is measured in Oklab (Björn
//! Ottosson, "A perceptual color space for image processing", 2020), whose lightness follows the
//! eye better than HSL's. The library `color` converts between the spaces. The search works on the
//! rounded colours themselves: what the style sheet says is what was measured.

use std::{fmt, str::FromStr};

use color::{Oklab, OpaqueColor, Rgba8, Srgb};

/// Holds a colour of the sRGB space, eight bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Colour {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
}

/// Says that a text is no colour of the form `#rgb` or `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a colour of the form #rgb or #rrggbb")]
pub struct ColourError;

impl Colour {
    /// Pure black.
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// Pure white.
    pub const WHITE: Self = Self::new(255, 255, 255);

    /// Makes a colour of its three channels.
    #[must_use]
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }

    /// Reads `#rgb` or `#rrggbb`, in capitals or not.
    ///
    /// # Errors
    /// [`ColourError`] for any other text, names of colours and `#rrggbbaa` included.
    pub fn parse(text: &str) -> Result<Self, ColourError> {
        let hex = text.strip_prefix('#').ok_or(ColourError)?;
        let digits = hex.bytes().map(hex_digit).collect::<Option<Vec<u8>>>().ok_or(ColourError)?;
        match *digits.as_slice() {
            [r, g, b] => Ok(Self::new(r * 17, g * 17, b * 17)),
            [r1, r2, g1, g2, b1, b2] => Ok(Self::new(r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2)),
            _ => Err(ColourError),
        }
    }

    /// Computes the relative luminance, 0 for black to 1 for white (WCAG 2.2, "relative
    /// luminance").
    #[must_use]
    pub fn relative_luminance(self) -> f64 {
        f64::from(self.srgb().relative_luminance())
    }

    /// Computes the contrast ratio with another colour, 1 to 21, the same in either order (WCAG
    /// 2.2, "contrast ratio").
    ///
    /// It is lowered by a millionth, more than 32-bit numbers can be wrong, so that a ratio is
    /// never claimed in vain.
    #[must_use]
    pub fn contrast_ratio(self, other: Self) -> f64 {
        let (a, b) = (self.relative_luminance() + 0.05, other.relative_luminance() + 0.05);
        (a.max(b) / a.min(b) * (1.0 - 1e-6)).max(1.0)
    }

    /// Returns the nearest colour that has at least this contrast ratio with the background.
    ///
    /// A colour that has it already is returned as it is. Otherwise only the lightness changes, up
    /// or down, whichever is the smaller difference; chroma gives way where sRGB cannot show it.
    /// Where even black and white do not reach the ratio, the one with the higher contrast is
    /// returned; up to a ratio of 4.5 that cannot happen.
    #[must_use]
    pub fn nearest_with_contrast(self, background: Self, ratio: f64) -> Self {
        let reaches = |colour: Self| colour.contrast_ratio(background) >= ratio;
        if reaches(self) {
            return self;
        }
        let lab = Lab::from(self);
        let candidates = [1.0, 0.0].into_iter().filter_map(|end| {
            let mut found = lab.with_lightness(end).to_colour();
            if !reaches(found) {
                return None;
            }
            // Between a lightness that fails and one that is far enough lies the border; sixteen
            // halvings pass eight bits.
            let (mut fails, mut far_enough) = (lab.lightness(), end);
            for _ in 0..16 {
                let middle = f32::midpoint(fails, far_enough);
                let colour = lab.with_lightness(middle).to_colour();
                if reaches(colour) {
                    (far_enough, found) = (middle, colour);
                } else {
                    fails = middle;
                }
            }
            Some(found)
        });
        candidates
            .min_by(|a, b| lab.distance(Lab::from(*a)).total_cmp(&lab.distance(Lab::from(*b))))
            .unwrap_or_else(|| {
                if Self::BLACK.contrast_ratio(background) >= Self::WHITE.contrast_ratio(background)
                {
                    Self::BLACK
                } else {
                    Self::WHITE
                }
            })
    }

    /// Returns the colour as the library `color` has it.
    fn srgb(self) -> OpaqueColor<Srgb> {
        OpaqueColor::from_rgb8(self.r, self.g, self.b)
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for Colour {
    /// Writes `#rrggbb` in small letters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        Self::parse(text)
    }
}

/// A colour by lightness (0 to 1) and two opponent axes; hue is their angle, chroma their length.
#[derive(Clone, Copy)]
struct Lab(OpaqueColor<Oklab>);

impl From<Colour> for Lab {
    fn from(colour: Colour) -> Self {
        Self(colour.srgb().convert())
    }
}

impl Lab {
    fn lightness(self) -> f32 {
        self.0.components[0]
    }

    fn with_lightness(self, lightness: f32) -> Self {
        Self(self.0.map_lightness(|_| lightness))
    }

    /// Keeps the hue and scales the chroma.
    fn with_chroma_times(self, factor: f32) -> Self {
        Self(self.0.scale_chroma(factor))
    }

    /// Keeps the hue and lowers the chroma to at most `limit`.
    fn with_chroma_up_to(self, limit: f32) -> Self {
        let [_, a, b] = self.0.components;
        let chroma = a.hypot(b);
        if chroma > limit { self.with_chroma_times(limit / chroma) } else { self }
    }

    /// The difference ΔE of two colours: their distance in the space.
    fn distance(self, other: Self) -> f32 {
        self.0.difference(other.0)
    }

    /// Rounds to a colour of sRGB, with the highest chroma up to its own that sRGB has at this hue
    /// and lightness.
    ///
    /// What lies outside by less than is seen is clipped, as CSS Color 4 (section 13.2.2) does with
    /// twice the tolerance: along the hue of pure blue the space is a blade so thin that a search
    /// for its edge would miss it.
    fn to_colour(self) -> Colour {
        const UNSEEN: f32 = 0.01;
        let clipped = |lab: Self| {
            let Rgba8 { r, g, b, .. } = lab.0.to_rgba8();
            Colour { r, g, b }
        };
        let is_shown = |lab: Self| lab.distance(Self::from(clipped(lab))) < UNSEEN;
        let mut inside = self;
        if !is_shown(self) {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..10 {
                let middle = f32::midpoint(low, high);
                if is_shown(self.with_chroma_times(middle)) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            inside = self.with_chroma_times(low);
        }
        clipped(inside)
    }
}

/// The contrast that text needs (WCAG 2.2, success criterion 1.4.3, level AA).
pub const AA: f64 = 4.5;
/// The contrast that strong text is given (WCAG 2.2, success criterion 1.4.6, level AAA).
pub const AAA: f64 = 7.0;
/// The page in light dress.
pub const LIGHT_PAGE: Colour = Colour::WHITE;
/// The page in dark dress.
pub const DARK_PAGE: Colour = Colour::new(0x12, 0x14, 0x17);

/// Holds the colours of one dress, light or dark.
///
/// Guaranteed, whatever the municipality's colours are: `brand`, `accent` and `on_soft` reach
/// [`AA`] on the page; `on_brand` reaches it on `brand` and `accent`; `on_soft` reaches it on
/// `brand_soft`; `brand_strong` reaches [`AAA`] on the page and under `on_brand`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Links, headings and buttons.
    pub brand: Colour,
    /// A button under the pointer, text that must stand out.
    pub brand_strong: Colour,
    /// Text on `brand`, `brand_strong` or `accent`. It is the page's own colour, as contrast is the
    /// same either way round.
    pub on_brand: Colour,
    /// The tint behind boxes.
    pub brand_soft: Colour,
    /// Links and headings on `brand_soft`.
    pub on_soft: Colour,
    /// The second colour; the brand's where the municipality has none.
    pub accent: Colour,
}

impl Scheme {
    fn new(
        primary: Colour,
        accent: Colour,
        page: Colour,
        soft_lightness: f32,
        soft_chroma: f32,
    ) -> Self {
        let brand = primary.nearest_with_contrast(page, AA);
        let brand_soft = Lab::from(primary)
            .with_lightness(soft_lightness)
            .with_chroma_up_to(soft_chroma)
            .to_colour();
        Self {
            brand,
            brand_strong: brand.nearest_with_contrast(page, AAA),
            on_brand: page,
            brand_soft,
            on_soft: brand.nearest_with_contrast(brand_soft, AA),
            accent: accent.nearest_with_contrast(page, AA),
        }
    }

    fn css(&self) -> String {
        format!(
            ":root{{--brand:{};--brand-strong:{};--on-brand:{};--brand-soft:{};--on-soft:{};--accent:{}}}",
            self.brand,
            self.brand_strong,
            self.on_brand,
            self.brand_soft,
            self.on_soft,
            self.accent
        )
    }
}

/// Holds the colours of a municipality in light and in dark dress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// On [`LIGHT_PAGE`], and on paper.
    pub light: Scheme,
    /// On [`DARK_PAGE`].
    pub dark: Scheme,
}

impl Palette {
    /// Derives all colours from the municipality's own.
    ///
    /// `light.brand` differs from `primary` exactly where `primary` has less than [`AA`] on white,
    /// of which the editor is warned.
    #[must_use]
    pub fn from_brand(primary: Colour, accent: Option<Colour>) -> Self {
        let accent = accent.unwrap_or(primary);
        Self {
            light: Scheme::new(primary, accent, LIGHT_PAGE, 0.96, 0.025),
            dark: Scheme::new(primary, accent, DARK_PAGE, 0.29, 0.04),
        }
    }

    /// Writes the custom properties as a minified style sheet: light, dark by the reader's
    /// preference, and paper.
    ///
    /// Paper is the light dress without tint, for a page in dark dress is printed too.
    #[must_use]
    pub fn css(&self) -> String {
        let paper = Scheme { brand_soft: LIGHT_PAGE, ..self.light };
        format!(
            "{}@media (prefers-color-scheme:dark){{{}}}@media print{{{}}}",
            self.light.css(),
            self.dark.css(),
            paper.css()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(colour("#0b5cad"), Colour::new(0x0b, 0x5c, 0xad));
        assert_eq!(colour("#FA0").to_string(), "#ffaa00");
        for text in [
            "",
            "#",
            "0b5cad",
            "#0b5ca",
            "#0b5cadff",
            "#12345g",
            "#１２３",
            "red",
            "#+1+1+1",
            " #fff",
        ] {
            assert_eq!(Colour::parse(text), Err(ColourError), "{text}");
        }
    }

    #[test]
    fn contrast_agrees_with_known_pairs() {
        for (a, b, ratio) in [
            ("#000", "#fff", 21.0),
            ("#777777", "#fff", 4.48),
            ("#767676", "#fff", 4.54),
            ("#f00", "#fff", 4.00),
            ("#0000ff", "#fff", 8.59),
            ("#008000", "#fff", 5.14),
            ("#ff0", "#fff", 1.07),
            ("#0b5cad", "#0b5cad", 1.0),
        ] {
            let found = colour(a).contrast_ratio(colour(b));
            assert!((found - ratio).abs() < 0.005, "{a} on {b}: {found}");
            assert!((found - colour(b).contrast_ratio(colour(a))).abs() < 1e-12);
        }
    }

    #[test]
    fn oklab_agrees_with_the_published_values() {
        // Red, green and blue in CSS Color 4's table of sRGB in OKLab.
        for (text, l, a, b) in [
            ("#ff0000", 0.627_96, 0.224_86, 0.125_85),
            ("#00ff00", 0.866_44, -0.233_89, 0.179_50),
            ("#0000ff", 0.452_01, -0.032_46, -0.311_53),
            ("#ffffff", 1.0, 0.0, 0.0),
        ] {
            let lab = Lab::from(colour(text));
            for (found, expected) in
                [(lab.0.components[0], l), (lab.0.components[1], a), (lab.0.components[2], b)]
            {
                assert!((found - expected).abs() < 1e-4, "{text}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn a_readable_colour_stays_and_a_pale_one_darkens_as_little_as_needed() {
        let blue = colour("#0b5cad");
        assert_eq!(blue.nearest_with_contrast(LIGHT_PAGE, AA), blue);
        let pale = colour("#f2a7c3");
        let found = pale.nearest_with_contrast(LIGHT_PAGE, AA);
        assert!((AA..AA + 0.06).contains(&found.contrast_ratio(LIGHT_PAGE)), "{found}");
        let [_, a, b] = Lab::from(pale).0.components;
        let [_, to_a, to_b] = Lab::from(found).0.components;
        assert!((b.atan2(a) - to_b.atan2(to_a)).abs() < 0.03, "the hue moved: {found}");
        assert!((a.hypot(b) - to_a.hypot(to_b)).abs() < 0.004, "the chroma moved: {found}");
    }

    #[test]
    fn a_ratio_out_of_reach_gives_the_best_there_is() {
        let grey = colour("#808080");
        assert_eq!(grey.nearest_with_contrast(grey, 15.0), Colour::BLACK);
        assert_eq!(grey.nearest_with_contrast(colour("#333"), 15.0), Colour::WHITE);
        assert_eq!(grey.nearest_with_contrast(grey, f64::NAN), Colour::BLACK);
    }

    #[test]
    fn the_style_sheet_has_three_dresses() {
        assert_in_order(
            &Palette::from_brand(colour("#0b5cad"), Some(colour("#c2410c"))).css(),
            &[
                ":root{--brand:#0b5cad;--brand-strong:#",
                ";--on-brand:#ffffff;--brand-soft:#",
                ";--accent:#c2410c}@media (prefers-color-scheme:dark){:root{--brand:#",
                ";--on-brand:#121417;--brand-soft:#",
                "}}@media print{:root{--brand:#0b5cad;",
                ";--brand-soft:#ffffff;",
                ";--accent:#c2410c}}",
            ],
        );
    }

    /// Checks that the parts come one after the other.
    fn assert_in_order(text: &str, parts: &[&str]) {
        let mut rest = text;
        for part in parts {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part} is missing in {text}"));
            rest = &rest[at + part.len()..];
        }
        assert!(rest.is_empty());
    }

    fn any_colour() -> impl Strategy<Value = Colour> {
        any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Colour::new(r, g, b))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn every_palette_reaches_its_ratios(primary in any_colour(), accent in prop::option::of(any_colour())) {
            let palette = Palette::from_brand(primary, accent);
            for (scheme, page) in [(palette.light, LIGHT_PAGE), (palette.dark, DARK_PAGE)] {
                for (front, back, ratio) in [
                    (scheme.brand, page, AA),
                    (scheme.accent, page, AA),
                    (scheme.on_brand, scheme.brand, AA),
                    (scheme.on_brand, scheme.accent, AA),
                    (scheme.on_soft, scheme.brand_soft, AA),
                    (scheme.on_soft, page, AA),
                    (scheme.brand_strong, page, AAA),
                    (scheme.on_brand, scheme.brand_strong, AAA),
                    // Running text on the tint: near-black in light dress, near-white in dark
                    // dress.
                    (if page == LIGHT_PAGE { colour("#1a1a1c") } else { colour("#e8eaed") }, scheme.brand_soft, 10.0),
                ] {
                    let found = front.contrast_ratio(back);
                    prop_assert!(found >= ratio, "{front} on {back} of {primary}: {found}");
                }
            }
            prop_assert_eq!(palette.light.brand != primary, primary.contrast_ratio(LIGHT_PAGE) < AA);
        }

        #[test]
        fn four_and_a_half_is_always_in_reach(front in any_colour(), back in any_colour()) {
            let found = front.nearest_with_contrast(back, AA);
            prop_assert!(found.contrast_ratio(back) >= AA);
            prop_assert_eq!(found.nearest_with_contrast(back, AA), found);
        }

        #[test]
        fn no_other_lightness_is_nearer(front in any_colour(), back in any_colour()) {
            let lab = Lab::from(front);
            let found = lab.distance(Lab::from(front.nearest_with_contrast(back, AA)));
            // Near black, one step of eight bits is more than the tolerance, which is the least
            // difference that is seen (CSS Color 4).
            for step in 25..=250u8 {
                let other = lab.with_lightness(f32::from(step) / 250.0).to_colour();
                if other.contrast_ratio(back) >= AA && Lab::from(other).lightness() > 0.1 {
                    prop_assert!(found <= lab.distance(Lab::from(other)) + 0.02, "{front} on {back}: {other}");
                }
            }
        }

        #[test]
        fn oklab_goes_there_and_back(front in any_colour()) {
            prop_assert_eq!(Lab::from(front).to_colour(), front);
        }

        #[test]
        fn text_goes_there_and_back(front in any_colour(), noise in any::<String>()) {
            prop_assert_eq!(Colour::parse(&front.to_string()), Ok(front));
            let _ = Colour::parse(&noise);
        }
    }
}
