//! The one way in which texts become HTML where no template does it.
//!
//! Templates escape by themselves. Segments of an article, the preview's shell, the report's charts and the mail are
//! written by Rust, and all of them escape here, so that a text is safe within an element and within a quoted attribute
//! alike. The escaping is that of the library `html-escape`.

/// Escapes `&`, `<`, `>` and `"` for HTML: safe as text and within attributes in double quotes.
pub fn escape(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_escaped_and_no_other() {
        assert_eq!(
            escape("<a b=\"c\">&amp; it's 熱</a>"),
            "&lt;a b=&quot;c&quot;&gt;&amp;amp; it's 熱&lt;/a&gt;"
        );
    }
}
