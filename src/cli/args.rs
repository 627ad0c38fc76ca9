//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::diagnostic::{Tongue, render};
use crate::report::period::Month;
use crate::supervision::ledger::Gravity;

/// 産着（うぶぎ）: one body of clinician-supervised health information,
/// a site for every municipality.
#[derive(Debug, Parser)]
#[command(
    name = "ubugi",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 fine, 1 faults in the content, 2 wrong usage, 3 machine trouble \
                  (disk, permission).\n終了コード: 0 問題なし、1 原稿に誤り、2 使い方の誤り、3 機械の問題（ディスクや権限）"
)]
pub struct Args {
    /// Language of messages (otherwise the system's) / メッセージの言語
    #[arg(long, global = true, value_enum, value_name = "ja|en")]
    pub lang: Option<Lang>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What ubugi can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build every municipality's site / すべての市区町村のサイトを作る
    Build {
        /// What to build.
        #[command(flatten)]
        edition: Edition,
        /// Folder to write to (DIR/dist of the project otherwise) / 出力先
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// How to build.
        #[command(flatten)]
        making: Making,
    },
    /// Find every fault without writing anything / 書き出さずに誤りをすべて調べる
    Check {
        /// What to check.
        #[command(flatten)]
        edition: Edition,
    },
    /// Say what a code such as UB0201 means and what to do / 番号の意味と直し方を出す
    Explain {
        /// The code / 番号
        #[arg(value_name = "CODE")]
        code: String,
    },
    /// Show every municipality's site while you write, as it would be published
    /// / 書きながら、すべてのサイトを下見する
    Serve(Serve),
    /// Record that reviewers approve texts exactly as they are / 監修者の承認を記録する
    Approve {
        /// The texts: articles, drugs, drug-sources.yaml, drug-classes.yaml
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Who approves and when.
        #[command(flatten)]
        sitting: SittingArgs,
        /// When the texts must be looked at again / 次の見直しの日
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
        next_review: Date,
        /// What the reviewers remark / 監修者のひとこと
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// The beginning of the seal of what was read, one for each text; refuses any other text
        /// / 読んだ文章の封印
        #[arg(long, value_name = "SEAL")]
        seal: Vec<String>,
    },
    /// Take texts back: their pages say since when, why and where to turn / 取り下げる
    Withdraw {
        /// The texts: articles, drugs
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Who takes them back and when.
        #[command(flatten)]
        sitting: SittingArgs,
        /// Why, in words for readers / 読者への理由
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Its severity / 重さ
        #[arg(long, value_enum)]
        severity: Grave,
    },
    /// Record what was wrong in a text and what is right / 訂正を記録する
    Correct {
        /// The text
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Who corrects it and when.
        #[command(flatten)]
        sitting: SittingArgs,
        /// What it said / 誤り
        #[arg(long, value_name = "TEXT")]
        was: String,
        /// What is right / 正しいこと
        #[arg(long, value_name = "TEXT")]
        now: String,
        /// Its severity / 重さ
        #[arg(long, value_enum)]
        severity: Grave,
    },
    /// Tell how every text stands: approved, edited since, due, overdue, never signed
    /// / 監修のようす
    Status(Status),
    /// Plan and send notices to families; nothing else ever sends / 通知を計画し、送る
    #[command(subcommand)]
    Notify(NotifyArgs),
    /// Tell in figures what was done: articles, notices, page views / 活動を数で報告する
    Report(ReportArgs),
    /// Verify the whole record of approvals / 承認の記録をすべて確かめる
    Audit {
        /// The project's folder / プロジェクトのフォルダ
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
        /// The head that was noted down earlier; fails when acts since then are missing
        /// / 前に控えた値
        #[arg(long, value_name = "HEAD")]
        expect: Option<String>,
    },
    /// Make a small project that builds and explains itself / 小さな見本のプロジェクトを作る
    New {
        /// Folder to make; it must not exist or be empty
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Print the JSON Schema of a kind of file, for editors of text / ファイルの書き方を JSON Schema で出す
    Schema {
        /// The kind of file; without it the kinds are listed / ファイルの種類
        #[arg(value_name = "FILE-KIND")]
        kind: Option<String>,
        /// Write the schemas into a folder / 書き出すフォルダ
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// See and change the look: what comes from ubugi, what from the project / 見た目を調べ、変える
    #[command(subcommand)]
    Theme(ThemeArgs),
    /// Print a completion script for a shell / シェルの補完スクリプトを出す
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// What can be done with themes.
#[derive(Debug, Subcommand)]
pub enum ThemeArgs {
    /// List all themes and their files, each with where it comes from / テーマとファイルを並べる
    List {
        /// The project's folder / プロジェクトのフォルダ
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
    },
    /// Copy files of the theme `base` into the project, to change them there / 変えるために、プロジェクトへ写す
    Eject {
        /// The files, such as templates/home.html or static/site.css / ファイル
        #[arg(value_name = "FILE", required = true)]
        files: Vec<String>,
        /// The project's folder / プロジェクトのフォルダ
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
        /// Overwrite files that were changed in the project / 変えたファイルも上書きする
        #[arg(long)]
        force: bool,
    },
    /// Show how the project's files differ from those in ubugi / ubugi の中のものとの違いを出す
    Diff {
        /// Only these files / このファイルだけ
        #[arg(value_name = "FILE")]
        files: Vec<String>,
        /// The project's folder / プロジェクトのフォルダ
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
    },
}

/// The severity of something for readers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Grave {
    /// A slip that misleads nobody
    Low,
    /// Somebody may have acted on it without coming to harm
    Moderate,
    /// Somebody may come to harm
    Severe,
}

impl From<Grave> for Gravity {
    fn from(grave: Grave) -> Self {
        match grave {
            Grave::Low => Self::Low,
            Grave::Moderate => Self::Moderate,
            Grave::Severe => Self::Severe,
        }
    }
}

/// What can be done with notices.
#[derive(Debug, Subcommand)]
pub enum NotifyArgs {
    /// Begin a ledger, or new channels in it: all articles until now count as told; sends nothing
    /// / 台帳を始める（送らない）
    Seed {
        /// The project's folder / プロジェクトのフォルダ
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
        /// The ledger of what was sent, outside the project's content / 台帳
        #[arg(long, value_name = "FILE")]
        ledger: PathBuf,
        /// The day (today in Japan otherwise) / 日付
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
        date: Option<Date>,
        /// Only articles published until this day count as told (the same day otherwise)
        /// / この日までの記事だけ
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
        until: Option<Date>,
    },
    /// Write down what would be sent on a day; sends nothing / 送るものを書き出す（送らない）
    Plan {
        /// The project's folder / プロジェクトのフォルダ
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
        /// The ledger of what was sent / 台帳
        #[arg(long, value_name = "FILE")]
        ledger: PathBuf,
        /// The day (today in Japan otherwise) / 日付
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
        date: Option<Date>,
        /// Where to write the outbox (standard output otherwise) / 書き出し先
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Send an outbox; to be run again until nothing is left / 送る
    Send(Send),
    /// Make a pair of keys for Web Push and print both / Web Push の鍵の組を作る
    Keys,
    /// Print the JSON Schema of the outbox / outbox の JSON Schema を出す
    Schema,
}

/// The sending of notices.
#[derive(Debug, clap::Args)]
pub struct Send {
    /// The project's folder / プロジェクトのフォルダ
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// The ledger of what was sent / 台帳
    #[arg(long, value_name = "FILE")]
    pub ledger: PathBuf,
    /// The outbox that `notify plan` wrote / notify plan が書いたもの
    #[arg(long, value_name = "FILE")]
    pub outbox: PathBuf,
    /// Secrets as lines NAME=value, outside the project; the environment comes first
    /// / 鍵やパスワードのファイル
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// Show exactly what would go, and send nothing / 送らずに、送るものを見せる
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: as if it were this time in Japan / --dry-run のとき、この時刻のつもりで
    #[arg(long, requires = "dry_run", value_name = "YYYY-MM-DDTHH:MM", value_parser = moment)]
    pub at: Option<jiff::civil::DateTime>,
    /// The number of requests at a time / 同時に送る数
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub connections: u16,
    /// The number of tries for one delivery / 一通を試みる回数
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub attempts: u32,
    /// Seconds before the second attempt, doubled each time / 二度目までの秒数
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pub wait: f64,
    /// What came of it as JSON on standard output / 結果を JSON で出す
    #[arg(long)]
    pub json: bool,
}

pub(super) fn moment(text: &str) -> Result<jiff::civil::DateTime, String> {
    jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", text).map_err(|_| {
        "expected a time like 2026-11-21T10:00 / 2026-11-21T10:00 のように書いてください".to_owned()
    })
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|seconds| (0.0..=60.0).contains(seconds)).ok_or_else(|| {
        "expected seconds from 0 to 60 / 0 から 60 までの秒数を書いてください".to_owned()
    })
}

/// What `status` shows.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// Only these texts or folders
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The project's folder / プロジェクトのフォルダ
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// The day (today in Japan otherwise) / 基準日
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub on: Option<Date>,
    /// Only the texts that this reviewer signed / この監修者の文章だけ
    #[arg(long, value_name = "ID")]
    pub reviewer: Option<String>,
    /// Show what changed, word by word / 何が変わったかも出す
    #[arg(long)]
    pub diff: bool,
    /// As JSON on standard output / JSON で出す
    #[arg(long)]
    pub json: bool,
    /// As a page to read and print / 読んで印刷できるページにする
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Exit with 1 when there are such texts; may be repeated / あれば終了コード 1
    #[arg(long, value_enum, value_name = "WHAT")]
    pub fail_on: Vec<FailOn>,
}

/// What `report` tells.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// The project's folder / プロジェクトのフォルダ
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// The first month (the fiscal year's otherwise) / はじめの月
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub from: Option<Month>,
    /// The last month / おわりの月
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub to: Option<Month>,
    /// The fiscal year that begins in April of this year / 年度
    #[arg(long, value_name = "YYYY", conflicts_with_all = ["from", "to"], value_parser = clap::value_parser!(i16).range(2000..=2999))]
    pub year: Option<i16>,
    /// The day until which to tell (today in Japan otherwise) / 基準日
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub on: Option<Date>,
    /// Only these municipalities, by code; may be repeated / この市区町村だけ
    #[arg(long, value_name = "CODE")]
    pub only: Vec<String>,
    /// The ledger of notices that were sent / 通知の台帳
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Access logs, or folders of them, also packed by gzip; may be repeated / アクセスログ
    #[arg(long, value_name = "FILE|FOLDER", num_args = 1..)]
    pub access_log: Vec<PathBuf>,
    /// An access log, or a folder, of one municipality's site alone; may be repeated
    /// / 一つの市区町村のアクセスログ
    #[arg(long, value_name = "CODE=FILE")]
    pub site: Vec<String>,
    /// From how many on a page's views in a month are told
    /// / 一つのページの月の表示を、いくつから出すか
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub at_least: u64,
    /// The form / 形
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub format: ReportFormat,
    /// Where to write (standard output otherwise) / 書き出し先
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the JSON Schema of the report and do nothing else / JSON Schema を出す
    #[arg(long)]
    pub schema: bool,
}

/// A form of the report.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ReportFormat {
    /// Tables to read in a terminal
    Table,
    /// One tidy table for spreadsheets
    Csv,
    /// JSON of a published schema
    Json,
    /// A page to read and print
    Html,
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text)
        .ok_or_else(|| "expected a month as YYYY-MM / 2026-04 のように書いてください".to_owned())
}

/// What `status` can fail on.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FailOn {
    /// Edits that wait for approval
    Pending,
    /// Reviews that are overdue
    Overdue,
    /// Reviews that fall due soon
    DueSoon,
    /// Texts that nobody signed, or not enough
    Unsigned,
}

/// Who decides, and on which day.
#[derive(Debug, clap::Args)]
pub struct SittingArgs {
    /// The project's folder / プロジェクトのフォルダ
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// The reviewer's id in reviewers.yaml / 監修者
    #[arg(long, value_name = "ID")]
    pub by: String,
    /// Another reviewer who decides the same; may be repeated / ともに署名する監修者
    #[arg(long, value_name = "ID")]
    pub also: Vec<String>,
    /// The day (today in Japan otherwise) / 日付
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub on: Option<Date>,
    /// Sign with a key, by ssh-keygen / 鍵で署名する
    #[arg(long, requires = "key")]
    pub sign: bool,
    /// The key's file, one for each reviewer in their order; a .pub file uses the agent
    /// / 鍵のファイル
    #[arg(long, value_name = "FILE", requires = "sign")]
    pub key: Vec<PathBuf>,
}

/// Which sites of which project, and as of when: what `build`, `check` and `serve` have in common.
#[derive(Debug, clap::Args)]
pub struct ScopeArgs {
    /// The project's folder / プロジェクトのフォルダ
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// Only these municipalities, by code; may be repeated / この市区町村だけ
    #[arg(long, value_name = "CODE")]
    pub only: Vec<String>,
    /// As of which day (today in Japan otherwise) / いつの版か
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub date: Option<Date>,
    /// Show drafts as well / 下書きも出す
    #[arg(long)]
    pub drafts: bool,
}

/// Which files a build makes, and what it tells of them.
#[derive(Debug, clap::Args)]
pub struct Making {
    /// Make every file anew, whatever is there already / すべてのファイルを作りなおす
    #[arg(long)]
    pub fresh: bool,
    /// Tell why each page was made anew / 作りなおしたページごとに理由を示す
    #[arg(long)]
    pub why: bool,
}

/// What `build` and `check` have in common.
#[derive(Debug, clap::Args)]
pub struct Edition {
    /// Which sites, and as of when.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The form of faults / 誤りの出し方
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub diagnostics: Format,
    /// Treat warnings as errors / 注意も誤りとして扱う
    #[arg(long)]
    pub strict: bool,
    /// Say nothing when all is well / うまくいったら何も言わない
    #[arg(long, short)]
    pub quiet: bool,
}

/// `serve`.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Which sites, and as of when.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The port (0 for any that is free); the next free one from 4000 otherwise / ポート番号
    #[arg(long, value_name = "NUMBER")]
    pub port: Option<u16>,
    /// The address to listen at; another than 127.0.0.1 lets other machines see drafts
    /// / 待ち受けるアドレス
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: std::net::IpAddr,
    /// Look at the folders every now and then, for network drives / ネットワークドライブのとき
    #[arg(long)]
    pub poll: bool,
    /// Open the browser / ブラウザーを開く
    #[arg(long)]
    pub open: bool,
    /// The address that opens a source in the editor, with {path}, {line} and {column}; or `none`
    /// / 原稿をエディターで開くアドレス
    #[arg(long, value_name = "TEMPLATE", default_value = crate::serve::editor::DEFAULT)]
    pub editor_url: String,
    /// Another name by which this machine is addressed, for --host; may be repeated
    /// / このパソコンを呼ぶ名前
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,
}

fn date(text: &str) -> Result<Date, String> {
    crate::source::decode::parse_date(text).map_err(|_| {
        "expected an existing day as YYYY-MM-DD / 2026-11-21 のように書いてください".to_owned()
    })
}

/// A language of messages.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Lang {
    /// 日本語
    Ja,
    /// English
    En,
}

impl From<Lang> for Tongue {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ja => Self::Ja,
            Lang::En => Self::En,
        }
    }
}

/// A way of showing faults.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// Drawn, with the line and what to do (on standard error)
    Human,
    /// One JSON object a line (on standard output)
    Json,
    /// Annotations for GitHub Actions (on standard output)
    Github,
}

impl From<Format> for render::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
            Format::Github => Self::Github,
        }
    }
}
