//! Ruby as articles write it: `{漢字|かんじ}`.

/// Reads ruby at the beginning of a text: the base, the reading and how many bytes they take with
/// their braces.
///
/// A brace that opens or a line that ends before it closes is no ruby; looking no further keeps
/// long lines quick.
pub fn ruby(text: &str) -> Option<(&str, &str, usize)> {
    let close = 1 + text.get(1..)?.find(['{', '}', '\n'])?;
    if !text.starts_with('{') || !text[close..].starts_with('}') {
        return None;
    }
    let inner = text.get(1..close)?;
    let (base, reading) = inner.split_once(['|', '｜'])?;
    // The last two are the renderer's own marks, which never come from a file.
    let plain = |part: &str| {
        !part.trim().is_empty() && !part.contains(['{', '\n', '|', '｜', '\u{e000}', '\u{e002}'])
    };
    (plain(base) && plain(reading)).then_some((base, reading, close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_and_reading() {
        assert_eq!(ruby("{熱|ねつ}が"), Some(("熱", "ねつ", "{熱|ねつ}".len())));
        assert_eq!(ruby("{熱｜ねつ}"), Some(("熱", "ねつ", "{熱｜ねつ}".len())));
        for other in [
            "",
            "熱",
            "{熱}",
            "{熱|}",
            "{|ねつ}",
            "{熱|ね",
            "{熱|ね\nつ}",
            "{{熱|ねつ}}",
            "漢{熱|ねつ}",
        ] {
            assert_eq!(ruby(other), None, "{other}");
        }
    }
}
