//! Sending an outbox, or showing exactly what would go.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::prepare::{check_place, published};
use super::refusal::{NotNotified, Refused, halt_at_errors};
use crate::delivery::{self, DeliveryLedger, LedgerError, NoticeId};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, codes};
use crate::message;
use crate::notify::clock::Clock;
use crate::notify::lane::Lanes;
use crate::notify::notice::Notice;
use crate::notify::opener::Opener;
use crate::notify::outbox::Outbox;
use crate::notify::plan::Offer;
use crate::notify::secrets::{Secrets, lies_within};
use crate::notify::send::{Sending, SendingPace, SendingReport};
use crate::project::Project;

/// What [`send`] is asked for.
#[derive(Clone)]
pub struct SendOptions {
    /// The project's folder.
    pub project: PathBuf,
    /// The ledger's file.
    pub ledger: PathBuf,
    /// The file of the outbox.
    pub outbox: PathBuf,
    /// A file of secrets outside the project, if there is one.
    pub secrets: Option<PathBuf>,
    /// Variables whose names begin with `UBUGI_`; they come before the file.
    pub environment: Vec<(String, String)>,
    /// Whether to show what would go instead of sending it.
    pub is_dry: bool,
    /// The pace of the requests.
    pub pace: SendingPace,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whether notices may leave this machine; not by a clock that is not the machine's.
    pub may_leave: bool,
}

/// Leaves the secrets out.
impl fmt::Debug for SendOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendOptions")
            .field("project", &self.project)
            .field("outbox", &self.outbox)
            .field("is_dry", &self.is_dry)
            .finish_non_exhaustive()
    }
}

/// What came of sending.
#[derive(Debug)]
pub struct Sent {
    /// Notices that are not sent because the project says something else by now, and other warnings.
    pub warnings: Diagnostics,
    /// What was sent, or what would be.
    pub what: SentWhat,
}

/// What was sent, or what would be.
#[derive(Debug)]
pub enum SentWhat {
    /// What would be sent.
    Previews(Vec<Preview>),
    /// What was sent.
    Report {
        /// The figures by municipality and channel.
        report: SendingReport,
        /// The names of the municipalities by code.
        names: BTreeMap<String, String>,
    },
}

/// A notice that would be sent.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The notice.
    pub notice: Notice,
    /// The number of its recipients, where the channel knows them.
    pub recipients: Option<usize>,
    /// What the channel would send.
    pub text: String,
}

/// Sends an outbox; `progress` is called after each delivery.
///
/// # Errors
/// Returns why nothing was sent, or why sending stopped; what was sent until then is in the ledger.
pub fn send(options: &SendOptions, progress: &(dyn Fn() + Sync)) -> Result<Sent, Refused> {
    check_place(&options.project, &options.ledger)?;
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    let today = options.clock.now().to_zoned_datetime(japan).date();
    let outbox = read_outbox(&options.outbox, today)?;
    let mut secrets = read_secrets(options)?;
    let project = published(&options.project, today, false)?;
    let offer = Offer::of(&project, today, &mut Diagnostics::new());
    let current = offer.contents();
    let mut found = Diagnostics::new();
    let opener = Opener {
        project: &project,
        root: &options.project,
        secrets: &mut secrets,
        dry: options.is_dry,
        connections: options.pace.connections,
        clock: Arc::clone(&options.clock),
    };
    let lanes = opener.open(&outbox, &mut found);
    for notice in outbox.notices.iter().filter(|notice| !is_current(notice, &current)) {
        found.push(overtaken(notice));
    }
    let warnings = halt_at_errors(found)?;
    let day = Day { options, outbox: &outbox, current: &current, lanes: &lanes, today };
    let what = if options.is_dry { day.previews() } else { day.send(&project, progress) };
    match what {
        Ok(what) => Ok(Sent { warnings, what }),
        Err(why) => Err(Refused { warnings, why }),
    }
}

/// What is sent on a day.
struct Day<'d> {
    options: &'d SendOptions,
    outbox: &'d Outbox,
    current: &'d HashMap<NoticeId, NoticeId>,
    lanes: &'d Lanes,
    today: Date,
}

impl Day<'_> {
    /// Shows what would go.
    fn previews(&self) -> Result<SentWhat, NotNotified> {
        let history = delivery::read(&self.options.ledger).map_err(|error| self.refuse(error))?;
        let is_due = |notice: &&Notice| {
            is_current(notice, self.current)
                && !history.heard(notice.id).is_some_and(|heard| heard.done)
        };
        let due = self.outbox.notices.iter().filter(is_due);
        let previews = due.filter_map(|notice| {
            let lane = (notice.municipality.to_string(), notice.channel.to_string());
            let lane = self.lanes.get(&lane)?;
            Some(Preview {
                notice: notice.clone(),
                recipients: lane.recipients_of(notice),
                text: lane.sender.preview(notice),
            })
        });
        Ok(SentWhat::Previews(previews.collect()))
    }

    /// Sends what is left to send.
    fn send(
        &self,
        project: &Project,
        progress: &(dyn Fn() + Sync),
    ) -> Result<SentWhat, NotNotified> {
        let elsewhere = self.lanes.iter().find(|(_, lane)| !lane.is_local());
        if let Some(((municipality, channel), _)) = elsewhere.filter(|_| !self.options.may_leave) {
            let (municipality, channel) = (municipality.clone(), channel.clone());
            return Err(NotNotified::LeadsElsewhere { municipality, channel });
        }
        let mut ledger =
            DeliveryLedger::open(&self.options.ledger).map_err(|error| self.refuse(error))?;
        let sending = Sending {
            notices: &self.outbox.notices,
            current: self.current,
            lanes: self.lanes,
            today: self.today,
            clock: &*self.options.clock,
            pace: self.options.pace,
            progress,
        };
        let report =
            sending.run(&mut ledger).map_err(|error| self.refuse(LedgerError::Io(error)))?;
        let names = project.municipalities.iter().map(|municipality| {
            (municipality.code.to_string(), municipality.name.in_default().to_owned())
        });
        Ok(SentWhat::Report { report, names: names.collect() })
    }

    fn refuse(&self, error: LedgerError) -> NotNotified {
        NotNotified::ledger(&self.options.ledger, error)
    }
}

/// Returns whether the project would send a notice with just these words now.
fn is_current(notice: &Notice, current: &HashMap<NoticeId, NoticeId>) -> bool {
    current.get(&notice.id) == Some(&notice.content())
}

/// Makes the warning of a notice that is not sent because the project says something else by now.
fn overtaken(notice: &Notice) -> Diagnostic {
    let (article, municipality, segment) = (&notice.article, &notice.municipality, &notice.segment);
    Diagnostic::warning(
        codes::OVERTAKEN,
        None,
        message!(
            "{municipality} {segment}「{article}」は、いまは送らないものか、中身が変わっています",
            "{municipality} {segment} `{article}` would not be sent now, or with other words"
        ),
    )
    .help(message!(
        "送りませんでした。もう一度 `ubugi notify plan` を実行してください",
        "it is not sent; run `ubugi notify plan` again"
    ))
}

/// Reads an outbox, which must be of this version and of today.
fn read_outbox(path: &Path, today: Date) -> Result<Outbox, NotNotified> {
    let name = path.display();
    let bad = |why: Message| {
        let fault = Diagnostic::error(codes::BAD_OUTBOX, None, why).help(message!(
            "`ubugi notify plan --out {name}` で、きょうの分を書き出してください",
            "write today's with `ubugi notify plan --out {name}`"
        ));
        NotNotified::Faults(fault.into())
    };
    let file = File::open(path).map_err(|error| {
        bad(message!(
            "送信箱「{name}」を読めません：{error}",
            "the outbox `{name}` cannot be read: {error}"
        ))
    })?;
    let outbox: Outbox = serde_json::from_reader(BufReader::new(file)).map_err(|error| {
        bad(message!(
            "「{name}」は送信箱の形ではありません：{error}",
            "`{name}` is not of an outbox's form: {error}"
        ))
    })?;
    if outbox.version != Outbox::VERSION {
        let version = outbox.version;
        return Err(bad(message!(
            "送信箱「{name}」の版 {version} は読めません",
            "version {version} of the outbox `{name}` cannot be read"
        )));
    }
    if *outbox.date != *today.to_string() {
        let date = &outbox.date;
        return Err(bad(message!(
            "送信箱「{name}」は {date} の分です（きょうは {today}）",
            "the outbox `{name}` is for {date} (today is {today})"
        )));
    }
    Ok(outbox)
}

/// Reads the secrets: those of the environment, and a file's.
fn read_secrets(options: &SendOptions) -> Result<Secrets, NotNotified> {
    let mut text = String::new();
    if let Some(path) = &options.secrets {
        if lies_within(path, &options.project) {
            return Err(NotNotified::Faults(secret_in_project(path).into()));
        }
        text = std::fs::read_to_string(path)
            .map_err(|error| NotNotified::Secrets { path: path.clone(), error })?;
    }
    Secrets::new(&text, options.environment.iter().cloned()).map_err(|line| {
        let fault = Diagnostic::error(
            codes::NO_SECRET,
            None,
            message!(
                "鍵のファイルの {line} 行目は「名前=値」ではありません",
                "line {line} of the secrets is not NAME=value"
            ),
        )
        .help(message!(
            "「UBUGI_132128_LINE_TOKEN=…」のように書いてください",
            "write it like UBUGI_132128_LINE_TOKEN=…"
        ));
        NotNotified::Faults(fault.into())
    })
}

/// Makes the fault of a file of secrets in the project.
fn secret_in_project(path: &Path) -> Diagnostic {
    let name = path.display();
    Diagnostic::error(
        codes::SECRET_IN_PROJECT,
        None,
        message!("「{name}」はプロジェクトの中にあります", "`{name}` lies in the project"),
    )
    .help(message!(
        "鍵やパスワードは、プロジェクトの外に置いてください",
        "keep secrets outside the project"
    ))
}
