//! The languages of a project, and what Ubugi knows about languages in general.
//!
//! `KNOWN` is the only place that says something about a particular language: its own name, its
//! script and the locale that it has in Open Graph. Everything that follows from a language (the
//! direction of its text, whether its words have spaces between them) is looked up here by tag, so
//! that no other file compares tags. A language that the table does not have works too: its tag
//! says what it says, and the rest is as for the Latin script. Feeds name a language by its tag.

use std::borrow::Cow;

/// The tag of Japanese, the language of the law and of the sources.
pub const JAPANESE: &str = "ja";
/// The tag of English, in which open data and sources give second names.
pub const ENGLISH: &str = "en";

/// Index of a language in [`Languages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LangId(u16);

impl LangId {
    /// Makes the id of the language at an index.
    pub fn new(index: usize) -> Self {
        // No project has so many languages; the one that would is answered with the default.
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// Returns the index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// BCP 47 tag; やさしい日本語 is the private-use `ja-x-easy`.
    pub tag: String,
    /// Name in the language itself.
    pub name: String,
    /// First part of its addresses; empty for the default language.
    pub path: String,
}

impl Language {
    /// Returns whether search engines know the tag: they know none with a part for private use,
    /// such as `ja-x-easy`.
    pub fn is_searchable(&self) -> bool {
        !self.tag.split('-').any(|part| part.eq_ignore_ascii_case("x"))
    }

    /// Returns the direction in which the language is written.
    pub fn direction(&self) -> TextDirection {
        direction(&self.tag)
    }

    /// Returns the value of `og:locale`, or `None` if neither the table nor the tag names a
    /// territory.
    ///
    /// The form is `language_TERRITORY` (The Open Graph protocol, "Optional Metadata").
    pub fn open_graph_locale(&self) -> Option<Cow<'static, str>> {
        if let Some(known) = known(&self.tag) {
            return Some(Cow::Borrowed(known.open_graph));
        }
        let mut parts = self.tag.split('-');
        let language = parts.next().filter(|part| part.len() > 1)?.to_ascii_lowercase();
        let territory = parts
            .take_while(|part| part.len() > 1)
            .find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
        Some(Cow::Owned(format!("{language}_{}", territory.to_ascii_uppercase())))
    }
}

/// The direction in which a language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextDirection {
    /// From left to right, as Japanese is on the web.
    LeftToRight,
    /// From right to left, as Arabic is.
    RightToLeft,
}

impl TextDirection {
    /// Returns the value of HTML's attribute `dir`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// Returns the direction in which the language of a tag is written.
pub fn direction(tag: &str) -> TextDirection {
    if RIGHT_TO_LEFT.iter().any(|code| code.eq_ignore_ascii_case(script(tag))) {
        TextDirection::RightToLeft
    } else {
        TextDirection::LeftToRight
    }
}

/// Returns whether the language of a tag is written without spaces between words.
///
/// やさしい日本語 counts as such a language, although it has spaces between phrases.
pub fn is_unspaced(tag: &str) -> bool {
    UNSPACED.iter().any(|code| code.eq_ignore_ascii_case(script(tag)))
}

/// Returns whether a language range covers a tag: `ja` covers `ja` and `ja-x-easy` (RFC 4647,
/// section 3.3.1).
pub fn covers(range: &str, tag: &str) -> bool {
    tag.get(..range.len()).is_some_and(|start| start.eq_ignore_ascii_case(range))
        && matches!(tag.as_bytes().get(range.len()), None | Some(b'-'))
}

/// Returns what a language calls itself, or `None` if the table does not have the language.
pub fn own_name(tag: &str) -> Option<&'static str> {
    known(tag).map(|known| known.own_name)
}

/// Returns the script of a tag (ISO 15924): the one that it names, or the usual one of its
/// language.
fn script(tag: &str) -> &str {
    let named = tag
        .split('-')
        .skip(1)
        .take_while(|part| part.len() > 1)
        .find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    named.or_else(|| known(tag).map(|known| known.script)).unwrap_or("Latn")
}

/// Finds the entry for a tag, or for the longest beginning of it that has one (RFC 4647, section
/// 3.4).
fn known(tag: &str) -> Option<&'static KnownLanguage> {
    KNOWN.iter().filter(|known| covers(known.tag, tag)).max_by_key(|known| known.tag.len())
}

/// All languages of a project; there is always at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages {
    all: Vec<Language>,
    default: LangId,
}

impl Languages {
    /// Joins the languages, of which `default` is one; an empty list becomes Japanese alone.
    pub fn new(mut all: Vec<Language>, default: usize) -> Self {
        if all.is_empty() {
            all.push(Language {
                tag: JAPANESE.into(),
                name: own_name(JAPANESE).unwrap_or(JAPANESE).into(),
                path: String::new(),
            });
        }
        let default = LangId::new(default.min(all.len() - 1));
        Self { all, default }
    }

    /// Returns the default language, in which everything must exist.
    pub fn default_id(&self) -> LangId {
        self.default
    }

    /// Returns a language by its index; an index of another project gives the default language.
    pub fn get(&self, id: LangId) -> &Language {
        self.all.get(id.index()).unwrap_or(&self.all[self.default.index()])
    }

    /// Finds a language by its tag, regardless of case as BCP 47 (RFC 5646, section 2.1.1) has it.
    pub fn find(&self, tag: &str) -> Option<LangId> {
        self.all.iter().position(|language| language.tag.eq_ignore_ascii_case(tag)).map(LangId::new)
    }

    /// Returns the project's English, or `None` if it has none.
    pub fn english(&self) -> Option<LangId> {
        self.find(ENGLISH).or_else(|| {
            self.all.iter().position(|language| covers(ENGLISH, &language.tag)).map(LangId::new)
        })
    }

    /// Iterates over the languages in their order.
    pub fn iter(&self) -> impl Iterator<Item = (LangId, &Language)> {
        self.all.iter().enumerate().map(|(index, language)| (LangId::new(index), language))
    }

    /// Returns all tags, for suggestions.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|language| language.tag.as_str())
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self::new(Vec::new(), 0)
    }
}

/// What the table says about one language.
struct KnownLanguage {
    /// The BCP 47 tag; the entry also holds for longer tags that begin with it.
    tag: &'static str,
    /// What the language calls itself (CLDR, `localeDisplayNames`).
    own_name: &'static str,
    /// The script in which it is usually written (CLDR, `likelySubtags`).
    script: &'static str,
    /// `og:locale`: as Facebook's list of locales has it, otherwise with the territory of
    /// `likelySubtags`.
    open_graph: &'static str,
}

/// Scripts that run from right to left (CLDR, `scriptMetadata`, `rtl`).
#[rustfmt::skip]
const RIGHT_TO_LEFT: [&str; 10] = [
    "Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa",
];

/// Scripts without spaces between words (Unicode UAX #14: ideographs, and what needs a dictionary
/// to break its lines).
#[rustfmt::skip]
const UNSPACED: [&str; 9] = [
    "Hani", "Hans", "Hant", "Jpan", "Khmr", "Lana", "Laoo", "Mymr", "Thai",
];

const fn language(
    tag: &'static str,
    own_name: &'static str,
    script: &'static str,
    open_graph: &'static str,
) -> KnownLanguage {
    KnownLanguage { tag, own_name, script, open_graph }
}

/// The languages that Ubugi knows: those in which towns in Japan inform their people, and others
/// that are common.
#[rustfmt::skip]
const KNOWN: &[KnownLanguage] = &[
    language("am", "አማርኛ", "Ethi", "am_ET"),
    language("ar", "العربية", "Arab", "ar_AR"),
    language("bg", "български", "Cyrl", "bg_BG"),
    language("bn", "বাংলা", "Beng", "bn_IN"),
    language("ceb", "Cebuano", "Latn", "cx_PH"),
    language("ckb", "کوردیی ناوەندی", "Arab", "cb_IQ"),
    language("cs", "čeština", "Latn", "cs_CZ"),
    language("da", "dansk", "Latn", "da_DK"),
    language("de", "Deutsch", "Latn", "de_DE"),
    language("dv", "ދިވެހި", "Thaa", "dv_MV"),
    language("el", "Ελληνικά", "Grek", "el_GR"),
    language("en", "English", "Latn", "en_US"),
    language("en-GB", "British English", "Latn", "en_GB"),
    language("es", "español", "Latn", "es_ES"),
    language("es-419", "español latinoamericano", "Latn", "es_LA"),
    language("fa", "فارسی", "Arab", "fa_IR"),
    language("fi", "suomi", "Latn", "fi_FI"),
    language("fil", "Filipino", "Latn", "tl_PH"),
    language("fr", "français", "Latn", "fr_FR"),
    language("fr-CA", "français canadien", "Latn", "fr_CA"),
    language("gu", "ગુજરાતી", "Gujr", "gu_IN"),
    language("he", "עברית", "Hebr", "he_IL"),
    language("hi", "हिन्दी", "Deva", "hi_IN"),
    language("hu", "magyar", "Latn", "hu_HU"),
    language("id", "Indonesia", "Latn", "id_ID"),
    language("it", "italiano", "Latn", "it_IT"),
    language("ja", "日本語", "Jpan", "ja_JP"),
    language("ja-x-easy", "やさしい日本語", "Jpan", "ja_JP"),
    language("jv", "Jawa", "Latn", "jv_ID"),
    language("kk", "қазақ тілі", "Cyrl", "kk_KZ"),
    language("km", "ខ្មែរ", "Khmr", "km_KH"),
    language("kn", "ಕನ್ನಡ", "Knda", "kn_IN"),
    language("ko", "한국어", "Kore", "ko_KR"),
    language("ku", "kurdî", "Latn", "ku_TR"),
    language("ky", "кыргызча", "Cyrl", "ky_KG"),
    language("lo", "ລາວ", "Laoo", "lo_LA"),
    language("ml", "മലയാളം", "Mlym", "ml_IN"),
    language("mn", "монгол", "Cyrl", "mn_MN"),
    language("mr", "मराठी", "Deva", "mr_IN"),
    language("ms", "Melayu", "Latn", "ms_MY"),
    language("my", "မြန်မာ", "Mymr", "my_MM"),
    language("nb", "norsk bokmål", "Latn", "nb_NO"),
    language("ne", "नेपाली", "Deva", "ne_NP"),
    language("nl", "Nederlands", "Latn", "nl_NL"),
    language("pa", "ਪੰਜਾਬੀ", "Guru", "pa_IN"),
    language("pl", "polski", "Latn", "pl_PL"),
    language("ps", "پښتو", "Arab", "ps_AF"),
    language("pt", "português", "Latn", "pt_BR"),
    language("pt-PT", "português europeu", "Latn", "pt_PT"),
    language("ro", "română", "Latn", "ro_RO"),
    language("ru", "русский", "Cyrl", "ru_RU"),
    language("si", "සිංහල", "Sinh", "si_LK"),
    language("so", "Soomaali", "Latn", "so_SO"),
    language("sv", "svenska", "Latn", "sv_SE"),
    language("sw", "Kiswahili", "Latn", "sw_KE"),
    language("ta", "தமிழ்", "Taml", "ta_IN"),
    language("te", "తెలుగు", "Telu", "te_IN"),
    language("th", "ไทย", "Thai", "th_TH"),
    language("tl", "Tagalog", "Latn", "tl_PH"),
    language("tr", "Türkçe", "Latn", "tr_TR"),
    language("ug", "ئۇيغۇرچە", "Arab", "ug_CN"),
    language("uk", "українська", "Cyrl", "uk_UA"),
    language("ur", "اردو", "Arab", "ur_PK"),
    language("uz", "o‘zbek", "Latn", "uz_UZ"),
    language("vi", "Tiếng Việt", "Latn", "vi_VN"),
    language("yue", "粵語", "Hant", "zh_HK"),
    language("zh", "中文", "Hans", "zh_CN"),
    language("zh-Hant", "繁體中文", "Hant", "zh_TW"),
    language("zh-Hant-HK", "繁體中文（香港）", "Hant", "zh_HK"),
    language("zh-HK", "中文（香港）", "Hant", "zh_HK"),
    language("zh-MO", "中文（澳門）", "Hant", "zh_HK"),
    language("zh-TW", "中文（台灣）", "Hant", "zh_TW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        Language { tag: tag.into(), name: String::new(), path: String::new() }
    }

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        for pair in KNOWN.windows(2) {
            let [before, after] = pair else { unreachable!() };
            assert!(
                before.tag.to_ascii_lowercase() < after.tag.to_ascii_lowercase(),
                "{}",
                after.tag
            );
        }
        for known in KNOWN {
            let (language, territory) = known.open_graph.split_once('_').expect("a territory");
            assert!(language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase()));
            assert!(
                territory.len() == 2 && territory.bytes().all(|byte| byte.is_ascii_uppercase())
            );
            assert!(
                known.script.len() == 4 && known.script.as_bytes()[0].is_ascii_uppercase(),
                "{}",
                known.tag
            );
            assert!(!known.own_name.is_empty());
        }
    }

    #[test]
    fn open_graph_names_the_territory() {
        for (tag, locale) in [
            ("ja", "ja_JP"),
            ("ja-x-easy", "ja_JP"),
            ("en", "en_US"),
            ("EN-gb", "en_GB"),
            ("en-AU", "en_US"),
            ("zh", "zh_CN"),
            ("zh-Hans", "zh_CN"),
            ("zh-Hans-CN", "zh_CN"),
            ("zh-Hant", "zh_TW"),
            ("zh-TW", "zh_TW"),
            ("zh-Hant-TW", "zh_TW"),
            ("zh-Hant-HK", "zh_HK"),
            ("ko", "ko_KR"),
            ("vi", "vi_VN"),
            ("pt", "pt_BR"),
            ("pt-BR", "pt_BR"),
            ("pt-PT", "pt_PT"),
            ("es", "es_ES"),
            ("es-419", "es_LA"),
            ("ne", "ne_NP"),
            ("tl", "tl_PH"),
            ("fil", "tl_PH"),
            ("my", "my_MM"),
            ("th", "th_TH"),
            ("id", "id_ID"),
            ("mn", "mn_MN"),
            ("uk", "uk_UA"),
            ("ar", "ar_AR"),
            ("mi-NZ", "mi_NZ"),
        ] {
            assert_eq!(language(tag).open_graph_locale().as_deref(), Some(locale), "{tag}");
        }
        for tag in ["mi", "tlh", "mi-x-nz", "x-aa"] {
            assert_eq!(language(tag).open_graph_locale(), None, "{tag}");
        }
    }

    #[test]
    fn the_direction_is_the_scripts() {
        for tag in
            ["ar", "ar-EG", "fa", "ur", "he", "dv", "ps", "ckb", "ug", "pa-Arab-PK", "yi-hebr"]
        {
            assert_eq!(direction(tag), TextDirection::RightToLeft, "{tag}");
        }
        for tag in
            ["ja", "ja-x-easy", "en", "zh-TW", "ko", "ur-Latn", "mi", "ar-Latn", "mi-x-arab", ""]
        {
            assert_eq!(direction(tag), TextDirection::LeftToRight, "{tag}");
        }
        assert_eq!(language("fa").direction().as_str(), "rtl");
    }

    #[test]
    fn some_scripts_have_no_spaces() {
        for tag in ["ja", "JA-x-easy", "zh", "zh-Hant-TW", "yue", "th", "lo", "km", "my"] {
            assert!(is_unspaced(tag), "{tag}");
        }
        for tag in ["en", "ko", "vi", "ja-Latn", "ar", "mi"] {
            assert!(!is_unspaced(tag), "{tag}");
        }
    }

    #[test]
    fn ranges_cover_longer_tags() {
        assert!(covers("ja", "ja") && covers("ja", "JA-x-easy") && covers("zh-Hant", "zh-hant-tw"));
        assert!(!covers("ja", "jam") && !covers("ja-x-easy", "ja") && !covers("zh", "z"));
    }

    #[test]
    fn a_project_is_asked_for_its_english() {
        let all = |tags: &[&str]| Languages::new(tags.iter().map(|tag| language(tag)).collect(), 0);
        assert_eq!(all(&["ja", "en-GB", "en"]).english(), Some(LangId::new(2)));
        assert_eq!(all(&["ja", "en-GB"]).english(), Some(LangId::new(1)));
        assert_eq!(all(&["ja", "enm"]).english(), None);
        assert_eq!(Languages::default().get(LangId::new(0)).name, "日本語");
        assert_eq!(own_name("ja-x-easy"), Some("やさしい日本語"));
        assert_eq!((own_name("vi-VN"), own_name("mi")), (Some("Tiếng Việt"), None));
    }

    #[test]
    fn private_tags_are_not_for_search_engines() {
        assert!(language("ja").is_searchable() && !language("ja-x-easy").is_searchable());
    }
}
