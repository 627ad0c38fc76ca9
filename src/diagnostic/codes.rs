//! The catalogue of codes.
//!
//! A code never changes its meaning and is never used again for another one: people look codes up,
//! and scripts filter by them. The first two digits tell the subject: 01 files, 02 keys and values,
//! 03 articles, 04 Markdown, 05 municipalities, 06 medicines, 07 themes, 08 supervision, 09 output,
//! 10 language care, 11 feeds and events, 12 notices, 13 the report. The text that explains a code
//! lies beside this file, in `explanations/`, one file for each of these subjects.

use std::fmt;

/// A stable code with the name of the fault in both tongues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `UB` and four digits.
    pub id: &'static str,
    /// Name of the fault in Japanese.
    pub ja: &'static str,
    /// Name of the fault in English.
    pub en: &'static str,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

macro_rules! codes {
    ($($name:ident = $id:literal, $ja:literal, $en:literal;)*) => {
        $(#[doc = concat!($id, ": ", $en, ".")] pub const $name: Code = Code { id: $id, ja: $ja, en: $en };)*
        /// Every code, in the order of their numbers.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    UNREADABLE = "UB0101", "ファイルを読めない", "a file cannot be read";
    NOT_UTF8 = "UB0102", "文字コードが UTF-8 ではない", "a file is not UTF-8";
    SYMLINK = "UB0103", "シンボリックリンクは使えない", "a symbolic link is not followed";
    YAML_SYNTAX = "UB0104", "YAML の書き方の誤り", "YAML cannot be parsed";
    MISSING_FILE = "UB0105", "必要なファイルがない", "a required file is missing";
    STRAY_FILE = "UB0106", "使われないファイル", "a file has no place here";
    TOO_MANY = "UB0107", "誤りが多すぎる", "too many faults in one file";

    UNKNOWN_KEY = "UB0201", "知らないキー", "unknown key";
    WRONG_TYPE = "UB0202", "値の型の誤り", "a value has the wrong type";
    MISSING_KEY = "UB0203", "必要なキーがない", "a required key is missing";
    BAD_DATE = "UB0204", "日付の誤り", "not a date";
    BAD_ID = "UB0205", "ID の書き方の誤り", "not a valid id";
    DUPLICATE = "UB0206", "重複", "a duplicate";
    UNKNOWN_REFERENCE = "UB0207", "存在しないものへの参照", "a reference to what does not exist";
    BAD_URL = "UB0208", "URL の誤り", "not a usable URL";
    BAD_LANGUAGE = "UB0209", "言語タグの誤り", "not a language of the project";
    BAD_CHOICE = "UB0210", "選べない値", "not one of the allowed values";
    OUT_OF_RANGE = "UB0211", "範囲外の値", "a value is out of range";
    EMPTY_VALUE = "UB0212", "空の値", "an empty value";
    CUT_BY_COMMENT = "UB0213", "注釈で切れた文", "a text is cut short by a comment";

    NO_FRONT_MATTER = "UB0301", "記事の見出し情報がない", "an article has no front matter";
    DATES_CONTRADICT = "UB0302", "日付どうしの矛盾", "dates contradict each other";
    BAD_SLUG = "UB0303", "スラッグの誤り", "not a usable slug";
    DUPLICATE_SLUG = "UB0304", "スラッグの重複", "two articles have the same address";
    SAID_IN_ORIGINAL = "UB0305", "原文にだけ書く項目", "a key belongs into the original only";
    NO_ORIGINAL = "UB0306", "翻訳のもとの記事がない", "a translation has no original";
    NOT_FOR_CLINICAL = "UB0307", "共通記事は監修の対象", "a shared article cannot do without supervision";
    ONLY_AND_EXCEPT = "UB0308", "only と except の併用", "only and except exclude each other";
    NOWHERE = "UB0309", "どのサイトにも出ない記事", "an article appears nowhere";
    OLD_TRANSLATION = "UB0310", "古い翻訳", "a translation is older than its original";

    RAW_HTML = "UB0401", "HTML は書けない", "raw HTML is not allowed";
    DANGEROUS_URL = "UB0402", "使えない URL の種類", "a URL scheme is not allowed";
    DEAD_LINK = "UB0403", "リンク先がない", "a link leads nowhere";
    DEAD_FRAGMENT = "UB0404", "リンク先の見出しがない", "a link names a heading that does not exist";
    MISSING_ALT = "UB0405", "画像の説明がない", "an image has no alternative text";
    MISSING_IMAGE = "UB0406", "画像がない", "an image does not exist";
    BAD_IMAGE = "UB0407", "画像を読めない", "an image cannot be used";
    BAD_FACT = "UB0408", "差し込みの書き方の誤り", "a fact is not well formed";
    UNKNOWN_FACT = "UB0409", "知らない差し込み", "a fact has an unknown name";
    MISSING_FACT = "UB0410", "差し込む値がない", "a municipality lacks a fact and there is no fallback";
    HEADING_LEVEL = "UB0411", "見出しの段の誤り", "a heading has the wrong level";
    DUPLICATE_HEADING = "UB0412", "見出し ID の重複", "two headings have the same id";
    LINK_TO_ABSENT = "UB0413", "このサイトにない記事へのリンク", "a link leads to what this site does not have";
    BAD_FOOTNOTE = "UB0414", "脚注がない", "a footnote does not exist";

    BAD_CODE = "UB0501", "全国地方公共団体コードの誤り", "not a local government code";
    CODE_NAME_MISMATCH = "UB0502", "コードと名前の不一致", "code and name do not belong together";
    FOLDER_NAME = "UB0503", "フォルダ名とコードの不一致", "the folder is not named for its code";
    BAD_COLOUR = "UB0504", "色の書き方の誤り", "not a colour";
    LOW_CONTRAST = "UB0505", "コントラスト不足", "a colour cannot reach WCAG AA contrast";
    BAD_HOURS = "UB0506", "時間の誤り", "hours are not usable";
    BAD_LOGO = "UB0507", "ロゴを使えない", "the logo cannot be used";
    LOGO_CLEANED = "UB0508", "ロゴから危険な部分を除いた", "parts of the logo were removed";
    BAD_BASE_URL = "UB0509", "公開先 URL の誤り", "the base URL is not usable";
    SHARED_SLUG = "UB0510", "共通記事は置きかえられない", "a municipality cannot replace a shared article";
    BASE_URL_CLASH = "UB0511", "公開先 URL の衝突", "two sites would lie in the same place";
    NO_SUCH_SITE = "UB0512", "その市区町村はない", "no such municipality";

    BAD_KANA = "UB0601", "かなではない", "not kana";
    DUPLICATE_DRUG = "UB0602", "薬の名前の重複", "two drugs have the same name";
    BAD_RANGE = "UB0603", "範囲の誤り", "a range is impossible";
    SELF_ALTERNATIVE = "UB0604", "自分自身を代わりに挙げている", "a drug names itself as its alternative";
    DUPLICATE_ASSESSMENT = "UB0605", "同じ出典の評価が二つある", "two assessments from the same source";
    NO_RECORD_ADDRESS = "UB0606", "出典の記録のアドレスがない", "an assessment has no address";
    FOREIGN_ROUTE = "UB0607", "その薬にない使い方", "an assessment names a route that the drug \
        does not have";
    SHARED_BRAND = "UB0608", "二つの薬が同じ商品名を持つ", "two drugs have the same brand";
    FEW_INGREDIENTS = "UB0609", "配合剤の成分が足りない", "a combination product has one ingredient";

    THEME_CYCLE = "UB0701", "テーマの継承が循環している", "themes extend each other in a circle";
    TEMPLATE_FAULT = "UB0702", "テンプレートの誤り", "a template is faulty";
    MISSING_TEMPLATE = "UB0703", "テンプレートがない", "a template is missing";
    MISSING_STRING = "UB0704", "テーマの文言がない", "a theme lacks a string";
    OLDER_THEME = "UB0705", "古い決まりのテーマ", "a theme is written for an older interface";
    NEWER_THEME = "UB0706", "新しい決まりのテーマ", "a theme is written for a newer interface";
    FORMER_COPY = "UB0707", "以前の ubugi が置いたテーマの写し", "a copy of a former theme is not used";
    FORMER_CHANGED = "UB0708", "以前の ubugi が置いたファイルの変更", "a file of a former theme was changed";
    MISSING_ASSET = "UB0709", "テーマのファイルがない", "a static file does not exist";

    UNSUPERVISED = "UB0801", "監修を受けていない", "a text has no supervision";
    CHANGED_AFTER_APPROVAL = "UB0802", "承認後に変わった", "a text changed after its approval";
    REVIEW_OVERDUE = "UB0803", "見直しの期限切れ", "a review is overdue";
    BAD_APPROVAL = "UB0804", "承認の記録の誤り", "an approval is not usable";
    NOT_ENTITLED = "UB0805", "署名できない人の承認", "a reviewer was not entitled to sign";
    MISSING_BYTES = "UB0806", "承認された文章の控えがない", "approved bytes are missing or changed";
    BAD_SIGNATURE = "UB0807", "鍵による署名の誤り", "a signature by key is missing or wrong";
    BAD_KEY = "UB0808", "公開鍵の誤り", "not a usable public key";
    CLINICAL_NOTICE = "UB0809", "監修が要る話題のお知らせ", "a notice has a topic that needs a clinician";

    FOREIGN_OUTPUT = "UB0901", "出力先がこのソフトのものではない", "the output folder is not ours";
    OUTPUT_IN_SOURCE = "UB0902", "出力先が原稿の中にある", "the output folder lies within the sources";
    PATH_CLASH = "UB0903", "二つのページが同じ場所になる", "two pages have the same address";
    OWN_FAULT = "UB0904", "このソフト自身の誤り", "a fault of ubugi itself";

    SUPERLATIVE = "UB1001", "最上級や他との比較の言葉", "a superlative or comparison";
    TESTIMONIAL = "UB1002", "体験談", "a testimonial";
    GUARANTEE = "UB1003", "効果や安全を請け合う言葉", "a guarantee of effect or safety";
    PRODUCT_CLAIM = "UB1004", "商品名と効き目が一つの文にある", "a product's name and a claim of effect in \
        one sentence";
    FEAR = "UB1005", "見出しの、こわがらせる言葉", "frightening words in a headline";
    UNSOURCED_FIGURE = "UB1006", "出典のない数字", "a figure without a source";
    LONG_SENTENCE = "UB1007", "やさしい日本語の長い文", "a long sentence in plain Japanese";
    DIFFICULT_WORD = "UB1008", "やさしい日本語のむずかしい言葉", "a difficult word in plain Japanese";
    DOUBLE_NEGATION = "UB1009", "やさしい日本語の二重否定", "a double negation in plain Japanese";
    OWN_CARE_RULE = "UB1010", "プロジェクトが決めた言葉づかい", "wording against the project's own rules";
    BAD_CARE_EXCEPTION = "UB1011", "例外の書き方の誤り", "an exception is not well formed";
    UNUSED_CARE_EXCEPTION = "UB1012", "何にも当たらない例外", "an exception excepts nothing";
    BAD_CARE_RULE = "UB1013", "言葉づかいの規則の誤り", "a rule of language care is not usable";

    BAD_IDENTITY = "UB1101", "記事の id の誤り", "not usable as an article's id";
    DUPLICATE_IDENTITY = "UB1102", "記事の id の重複", "two articles have the same id";
    BAD_EVENT_TABLE = "UB1111", "行事の表を読めない", "a table of events is not usable";
    BAD_EVENT_ROW = "UB1112", "行事の表の行の誤り", "a row of a table of events is not usable";
    BAD_NOTIFY = "UB1201", "通知の設定の誤り", "settings of notices are not usable";
    DEMO_NOTIFY = "UB1202", "見本のサイトは通知しない", "a demonstration never notifies";
    NO_LEDGER = "UB1203", "台帳がない", "there is no ledger";
    BAD_LEDGER = "UB1204", "台帳を使えない", "the ledger is not usable";
    NOT_SEEDED = "UB1205", "台帳にない配信先", "the ledger does not know a channel or segment";
    BAD_OUTBOX = "UB1206", "送信箱を使えない", "the outbox is not usable";
    OVERTAKEN = "UB1207", "いまは送らない通知", "a notice is not what would be sent now";
    NO_SECRET = "UB1208", "鍵やパスワードがない", "a secret is missing";
    SECRET_IN_PROJECT = "UB1209", "プロジェクトに置けないファイル", "a file must not lie in the project";
    BAD_SUBSCRIBERS = "UB1210", "名簿を使えない", "a list of recipients is not usable";
    BAD_PUSH_KEY = "UB1220", "Web Push の鍵の誤り", "a key of Web Push is not usable";
    BAD_PERIOD = "UB1301", "期間の誤り", "a period is not usable";
    BAD_LOG = "UB1302", "アクセスログを使えない", "an access log is not usable";
    SAME_LOG = "UB1303", "同じアクセスログが二つある", "the same access log is there twice";
    UNREADABLE_LINES = "UB1304", "アクセスログの読めない行", "lines of an access log cannot be read";
    WHOSE_LOG = "UB1305", "どのサイトの記録か、わからない", "it is not known whose records a log has";
    NO_RECORDS = "UB1306", "サイトの記録がない", "an access log has no records of a site";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ascending() {
        let ids: Vec<_> = ALL.iter().map(|code| code.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }
}
