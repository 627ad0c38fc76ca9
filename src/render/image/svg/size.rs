//! The natural size of a drawing.

use super::document::Size;

/// Reads the size from `width` and `height`, or from `viewBox` for what they leave open.
pub(super) fn natural_size(attributes: &[(&'static str, String)]) -> Option<Size> {
    let value = |key: &str| {
        attributes.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    };
    let (width, height) = (value("width").and_then(pixels), value("height").and_then(pixels));
    let numbers: Vec<f64> = value("viewBox")
        .unwrap_or_default()
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse().ok())
        .collect();
    let field = match *numbers.as_slice() {
        [_, _, width, height] if is_length(width) && is_length(height) => Some((width, height)),
        _ => None,
    };
    let (width, height) = match (width, height, field) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width / w * h),
        (None, Some(height), Some((w, h))) => (height / h * w, height),
        (None, None, Some(field)) => field,
        _ => return None,
    };
    (is_length(width) && is_length(height)).then_some(Size { width, height })
}

fn is_length(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Reads an absolute length in CSS pixels (CSS Values and Units 4, section 6.2); percentages and
/// lengths relative to fonts have none.
fn pixels(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text
        .find(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit)?;
    let factor = match unit {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        _ => return None,
    };
    number
        .trim_end()
        .parse::<f64>()
        .ok()
        .map(|number| number * factor)
        .filter(|pixels| is_length(*pixels))
}
