//! What a cleaned SVG may have: elements, attributes and the properties of style. Everything else
//! is removed.

/// The elements that are kept: structure, shapes, text, paint, and the filters that do not load
/// anything.
#[rustfmt::skip]
pub(super) const ELEMENTS: &[&str] = &[
    "svg", "g", "defs", "symbol", "use",
    "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "textPath", "title", "desc",
    "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker",
    "filter", "feBlend", "feColorMatrix", "feComposite", "feDropShadow", "feFlood", "feGaussianBlur", "feMerge", "feMergeNode", "feOffset",
];

/// The elements that are removed around what they hold.
pub(super) const UNWRAPPED: &[&str] = &["a", "switch"];

/// The elements whose text is read or drawn.
pub(super) const TEXTUAL: &[&str] = &["text", "tspan", "textPath", "title", "desc"];

/// The elements that may refer to another by `href`.
pub(super) const REFERRING: &[&str] =
    &["use", "textPath", "linearGradient", "radialGradient", "pattern"];

/// Attributes whose values are words for people or machines and are never read as style.
#[rustfmt::skip]
pub(super) const WORDED: &[&str] = &[
    "aria-hidden", "aria-label", "aria-labelledby", "aria-describedby", "focusable", "lang", "role", "xml:lang", "xml:space",
    "version", "baseProfile",
];

/// Attributes of form and place.
#[rustfmt::skip]
pub(super) const GEOMETRY: &[&str] = &[
    "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "dx", "dy", "width", "height", "d", "points",
    "viewBox", "preserveAspectRatio", "transform", "pathLength", "rotate", "textLength", "lengthAdjust", "startOffset", "method", "spacing",
    "offset", "gradientUnits", "gradientTransform", "spreadMethod", "patternUnits", "patternContentUnits", "patternTransform",
    "clipPathUnits", "maskUnits", "maskContentUnits", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient",
    "filterUnits", "primitiveUnits", "in", "in2", "result", "stdDeviation", "mode", "operator", "k1", "k2", "k3", "k4", "type", "values",
    "edgeMode",
];

/// Presentation attributes, which style may set too (SVG 2, section 6.6).
#[rustfmt::skip]
pub(super) const PRESENTATION: &[&str] = &[
    "alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color", "color-interpolation", "color-interpolation-filters",
    "direction", "display", "dominant-baseline", "fill", "fill-opacity", "fill-rule", "filter", "flood-color", "flood-opacity",
    "font-family", "font-size", "font-stretch", "font-style", "font-variant", "font-weight", "image-rendering", "letter-spacing",
    "marker-end", "marker-mid", "marker-start", "mask", "mask-type", "opacity", "overflow", "paint-order", "shape-rendering",
    "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "text-decoration", "text-rendering", "unicode-bidi",
    "vector-effect", "visibility", "word-spacing", "writing-mode",
];

/// Finds a name in one of the lists.
pub(super) fn find(list: &[&'static str], name: &str) -> Option<&'static str> {
    list.iter().copied().find(|known| *known == name)
}
