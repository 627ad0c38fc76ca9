//! The columns of the table of events that are read.

/// The columns that are read: what they are for, and their names in the two data sets, in Unicode
/// form KC.
pub(super) const COLUMNS: [(Column, &[&str]); 22] = [
    (Column::Code, &["全国地方公共団体コード", "都道府県コード又は市区町村コード"]),
    (Column::Id, &["ID", "NO"]),
    (Column::Title, &["イベント名"]),
    (Column::English, &["イベント名_英語"]),
    (Column::From, &["開始日"]),
    (Column::To, &["終了日"]),
    (Column::Begin, &["開始時間"]),
    (Column::End, &["終了時間"]),
    (Column::DateNote, &["開始日時特記事項"]),
    (Column::Description, &["説明"]),
    (Column::Fee, &["料金(基本)", "料金_基本"]),
    (Column::FeeDetail, &["料金(詳細)", "料金_詳細"]),
    (Column::Contact, &["連絡先名称"]),
    (Column::Phone, &["連絡先電話番号", "電話番号"]),
    (Column::Place, &["場所名称"]),
    (Column::Address, &["住所", "所在地_連結表記"]),
    (Column::Building, &["方書", "建物名等(方書)"]),
    (Column::Eligibility, &["参加条件(詳細)", "参加条件_詳細"]),
    (Column::Apply, &["参加申込方法"]),
    (Column::Url, &["URL"]),
    (Column::Note, &["備考"]),
    (Column::Category, &["カテゴリー"]),
];

/// The columns whose cells have one line.
pub(super) const SINGLE_LINES: [(Column, &str); 7] = [
    (Column::Id, "ID"),
    (Column::From, "開始日"),
    (Column::To, "終了日"),
    (Column::Begin, "開始時間"),
    (Column::End, "終了時間"),
    (Column::Code, "全国地方公共団体コード"),
    (Column::Url, "URL"),
];

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Code,
    Id,
    Title,
    English,
    From,
    To,
    Begin,
    End,
    DateNote,
    Description,
    Fee,
    FeeDetail,
    Contact,
    Phone,
    Place,
    Address,
    Building,
    Eligibility,
    Apply,
    Url,
    Note,
    Category,
}
