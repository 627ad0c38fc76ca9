//! Words for the user, in Japanese and in English.
//!
//! Every message is written in both languages at the place that finds the fault. The edge of the
//! program chooses one of them: the command line, or the page of the preview.

/// The language in which the program speaks to its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tongue {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

/// One sentence in both tongues.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Message {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Message {
    /// Returns the sentence in one tongue.
    pub fn get(&self, tongue: Tongue) -> &str {
        match tongue {
            Tongue::Ja => &self.ja,
            Tongue::En => &self.en,
        }
    }
}

/// Makes a [`Message`] from a Japanese and an English format string, which capture the same
/// variables.
#[macro_export]
macro_rules! message {
    ($ja:literal, $en:literal $(,)?) => {
        $crate::diagnostic::Message { ja: format!($ja), en: format!($en) }
    };
}
