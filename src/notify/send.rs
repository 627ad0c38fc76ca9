//! Sending: claim, send, record.
//!
//! One thread walks through the outbox, claims deliveries in the ledger, some hundred at a time,
//! brings the claims to the disk and hands them to others that send and record each answer at once.
//! So a process that is killed leaves in doubt only what was on its way just then, and a machine
//! that loses its power at most the last claims; both are sent again under the same key.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::channel::open_channel::{DeliveryOutcome, Reach, RefusalReason};
use super::clock::Clock;
use super::lane::{Lane, Lanes};
use super::notice::Notice;
use super::subscribers::Recipient;
use crate::delivery::{DeliveryLedger, LedgerEntry, NoticeId};

/// The number of claims that are brought to the disk at once.
const CLAIMS: usize = 256;
/// After so many deliveries in a row without an answer, the rest of what goes to the same party
/// waits for another run.
const STRIKES: u32 = 3;
/// The same after so many deliveries that were refused because of their sender, if none was taken.
/// The number is high: anyone can put themselves on a list, and a few refused lines must not keep
/// the others from their notices.
const REFUSALS: u32 = 50;
/// A receiver that wants more time than this is tried in another run.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The pace of a sending.
#[derive(Clone, Copy, Debug)]
pub struct SendingPace {
    /// The number of requests at a time.
    pub connections: usize,
    /// The most attempts of one delivery.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles with each further one.
    pub wait: Duration,
}

/// What came of one lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LaneTally {
    /// Notices that went out to all.
    pub notices: u64,
    /// Deliveries that were accepted.
    pub sent: u64,
    /// Recipients that do not exist any more.
    pub gone: u64,
    /// Deliveries that were refused for good.
    pub refused: u64,
    /// Deliveries of which it cannot be known any more whether they were accepted.
    pub uncertain: u64,
    /// Deliveries, or notices of which nothing was sent, that should have gone now and did not.
    pub left: u64,
    /// Notices whose hour is still to come.
    pub later: u64,
    /// Notices that the project would not send like this any more.
    pub overtaken: u64,
    /// Why something was not accepted, and how often.
    pub why: BTreeMap<String, u64>,
    /// Lines of the recipients that do not exist any more.
    pub gone_lines: BTreeSet<usize>,
    /// Lines of the recipients whose delivery was not taken, where that may be their own fault.
    pub stopped_lines: BTreeSet<usize>,
}

/// What came of all, by municipality and channel.
pub type SendingReport = BTreeMap<(String, String), LaneTally>;

/// Returns whether something that should have been sent was not.
pub fn is_left(report: &SendingReport) -> bool {
    report.values().any(|tally| tally.left + tally.uncertain + tally.overtaken > 0)
}

struct LaneState<'a> {
    lane: &'a Lane,
    /// By the [names](super::channel::open_channel::OpenChannel::party) of those who answer.
    parties: Mutex<HashMap<String, Arc<AnsweringParty>>>,
    tally: Mutex<LaneTally>,
}

impl LaneState<'_> {
    /// Returns the party that answers for these recipients.
    fn party(&self, to: &[&Recipient]) -> Arc<AnsweringParty> {
        let name = to.first().map_or("", |recipient| self.lane.sender.party(recipient));
        let mut parties = held(&self.parties);
        if let Some(party) = parties.get(name) {
            return Arc::clone(party);
        }
        Arc::clone(parties.entry(name.to_owned()).or_default())
    }
}

/// The state of a party that answers for recipients.
#[derive(Default)]
struct AnsweringParty {
    /// Nothing more goes there in this run.
    down: AtomicBool,
    strikes: AtomicU32,
    refusals: AtomicU32,
    has_taken: AtomicBool,
    /// Nothing is sent before, in milliseconds since 1970.
    paused: AtomicI64,
}

impl AnsweringParty {
    fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    fn give_up(&self) {
        self.down.store(true, Ordering::Relaxed);
    }
}

struct NoticeState<'a> {
    notice: &'a Notice,
    lane: &'a LaneState<'a>,
    /// Deliveries on their way, and one for the walk through the recipients.
    pending: AtomicU64,
    sent: AtomicU64,
    gone: AtomicU64,
    refused: AtomicU64,
    left: AtomicU64,
}

struct DeliveryTask<'a> {
    state: Arc<NoticeState<'a>>,
    key: NoticeId,
    to: Vec<&'a Recipient>,
    party: Arc<AnsweringParty>,
}

impl DeliveryTask<'_> {
    /// Tells of the line, if it is one's own: what several are sent together says nothing of any of
    /// them.
    fn tell_line(&self) {
        if let [recipient] = &self.to[..] {
            held(&self.state.lane.tally).stopped_lines.insert(recipient.line);
        }
    }
}

/// What all threads share.
struct SharedSending<'a> {
    sending: &'a Sending<'a>,
    ledger: Mutex<&'a mut DeliveryLedger>,
    /// The ledger cannot be written any more, so nothing may be sent.
    broken: AtomicBool,
    error: Mutex<Option<io::Error>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that sending needs.
pub struct Sending<'a> {
    /// The notices of an outbox.
    pub notices: &'a [Notice],
    /// The [contents](super::plan::Offer::contents) of what the project would send today.
    pub current: &'a HashMap<NoticeId, NoticeId>,
    /// The channels.
    pub lanes: &'a Lanes,
    /// The day, in Japan.
    pub today: Date,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The pace of a sending.
    pub pace: SendingPace,
    /// Called after each delivery.
    pub progress: &'a (dyn Fn() + Sync),
}

impl Sending<'_> {
    /// Sends what is due.
    ///
    /// # Errors
    /// Fails when the ledger cannot be written; nothing is sent from then on.
    pub fn run(&self, ledger: &mut DeliveryLedger) -> io::Result<SendingReport> {
        let state = |lane| LaneState { lane, parties: Mutex::default(), tally: Mutex::default() };
        let states: BTreeMap<(&str, &str), LaneState<'_>> = self
            .lanes
            .iter()
            .map(|((code, id), lane)| ((code.as_str(), id.as_str()), state(lane)))
            .collect();
        let mut report = SendingReport::new();
        let disk = ledger.handle()?;
        let resumed = ResumedClaims::of(ledger);
        let shared = SharedSending {
            sending: self,
            ledger: Mutex::new(ledger),
            broken: AtomicBool::new(false),
            error: Mutex::new(None),
        };
        {
            let (out, work) = sync_channel::<DeliveryTask<'_>>(2 * CLAIMS);
            let work = Mutex::new(work);
            let waiting = std::thread::scope(|scope| {
                for _ in 0..self.pace.connections.max(1) {
                    scope.spawn(|| shared.work_off(&work));
                }
                // When the walk ends it drops its end of the queue, and the workers end.
                let mut walk = OutboxWalk {
                    shared: &shared,
                    disk: &disk,
                    out,
                    entries: Vec::new(),
                    ready: Vec::new(),
                    claimed: HashSet::new(),
                    waiting: Vec::new(),
                    resumed,
                };
                for notice in self.notices {
                    match states.get(&(&*notice.municipality, &*notice.channel)) {
                        Some(lane) => walk.notice(notice, lane),
                        None => {
                            report
                                .entry((
                                    notice.municipality.to_string(),
                                    notice.channel.to_string(),
                                ))
                                .or_default()
                                .overtaken += 1
                        }
                    }
                }
                walk.flush();
                walk.waiting
            });
            for (state, delivery) in waiting {
                if !held(&shared.ledger).history().is_answered(delivery) {
                    state.left.fetch_add(1, Ordering::Relaxed);
                }
                shared.record(shared.finish(&state));
            }
        }
        if let Some(error) = shared.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        disk.sync_data()?;
        let tallies = states.into_iter().map(|((code, id), state)| {
            (
                (code.to_owned(), id.to_owned()),
                state.tally.into_inner().unwrap_or_else(PoisonError::into_inner),
            )
        });
        report.extend(tallies);
        Ok(report)
    }
}

/// Claims that an earlier run left without an answer.
struct ResumedClaims {
    /// Those of one delivery.
    single: HashSet<NoticeId>,
    /// For each delivery of the others, the claim's key.
    batches: HashMap<NoticeId, NoticeId>,
}

impl ResumedClaims {
    fn of(ledger: &DeliveryLedger) -> Self {
        let open = ledger.history().open_batches();
        let batches = open
            .into_iter()
            .flat_map(|(key, claim)| claim.of.iter().map(move |delivery| (*delivery, key)))
            .collect();
        Self { single: ledger.history().open_single(), batches }
    }
}

/// The walk through the outbox.
struct OutboxWalk<'s, 'a> {
    shared: &'s SharedSending<'a>,
    disk: &'s std::fs::File,
    out: SyncSender<DeliveryTask<'a>>,
    entries: Vec<LedgerEntry>,
    ready: Vec<DeliveryTask<'a>>,
    /// The deliveries that this run has claimed.
    claimed: HashSet<NoticeId>,
    /// Notices with deliveries that another notice of this run has claimed: the same article for
    /// another segment of the same recipient. They have gone out to all only when those are
    /// answered.
    waiting: Vec<(Arc<NoticeState<'a>>, NoticeId)>,
    resumed: ResumedClaims,
}

impl<'a> OutboxWalk<'_, 'a> {
    fn notice(&mut self, notice: &'a Notice, lane: &'a LaneState<'a>) {
        let history = held(&self.shared.ledger).history().heard(notice.id);
        if history.is_some_and(|heard| heard.done) || self.shared.broken.load(Ordering::Relaxed) {
            return;
        }
        if self.shared.sending.current.get(&notice.id) != Some(&notice.content()) {
            held(&lane.tally).overtaken += 1;
            return;
        }
        match self.shared.hour(notice, lane.lane) {
            SendingHour::Later => {
                held(&lane.tally).later += 1;
                return;
            }
            SendingHour::Over => {
                held(&lane.tally).left += 1;
                return;
            }
            SendingHour::Now => {}
        }
        if lane.party(&[]).is_down() {
            held(&lane.tally).left += 1;
            return;
        }
        if !history.is_some_and(|heard| heard.begun) {
            self.entries
                .push(LedgerEntry::Begin { notice: notice.begun(self.shared.sending.today) });
        }
        let zero = || AtomicU64::new(0);
        let state = Arc::new(NoticeState {
            notice,
            lane,
            pending: AtomicU64::new(1),
            sent: zero(),
            gone: zero(),
            refused: zero(),
            left: zero(),
        });
        match lane.lane.sender.reach() {
            Reach::Whole => self.claim(&state, notice.id, Vec::new(), Vec::new()),
            Reach::Recipients(most) => self.recipients(&state, most),
        }
        let done = self.shared.finish(&state);
        self.entries.extend(done);
    }

    /// Claims the deliveries to all recipients of a notice that have not had it.
    fn recipients(&mut self, state: &Arc<NoticeState<'a>>, most: usize) {
        let (notice, lane) = (state.notice, state.lane.lane);
        let Some(segment) = lane
            .segments
            .iter()
            .position(|segment| *segment == *notice.segment)
            .and_then(|at| u16::try_from(at).ok())
        else {
            return;
        };
        let mut again: BTreeMap<NoticeId, (Vec<NoticeId>, Vec<&'a Recipient>)> = BTreeMap::new();
        let mut fresh: (Vec<NoticeId>, Vec<&'a Recipient>) = (Vec::new(), Vec::new());
        for recipient in lane.recipients.iter().filter(|recipient| recipient.is_in(segment)) {
            let delivery = notice.delivery(&recipient.to);
            if most == 1 {
                self.claim(state, delivery, Vec::new(), vec![recipient]);
                continue;
            }
            if let Some(batch) = self.resumed.batches.remove(&delivery) {
                self.claimed.insert(delivery);
                let (of, to) = again.entry(batch).or_default();
                of.push(delivery);
                to.push(recipient);
                continue;
            }
            if !self.is_open(state, delivery) {
                continue;
            }
            fresh.0.push(delivery);
            fresh.1.push(recipient);
            if fresh.0.len() == most {
                let (of, to) = std::mem::take(&mut fresh);
                self.claim(state, batch_key(&of), of, to);
            }
        }
        if !fresh.0.is_empty() {
            let (of, to) = fresh;
            self.claim(state, batch_key(&of), of, to);
        }
        for (key, (of, to)) in again {
            self.resumed.single.insert(key);
            self.claim(state, key, of, to);
        }
    }

    /// Returns whether a delivery has no answer and is not on its way; a notice that meets one on
    /// its way waits for its answer.
    fn is_open(&mut self, state: &Arc<NoticeState<'a>>, delivery: NoticeId) -> bool {
        if held(&self.shared.ledger).history().is_answered(delivery) {
            return false;
        }
        let is_open = self.claimed.insert(delivery);
        if !is_open {
            state.pending.fetch_add(1, Ordering::Relaxed);
            self.waiting.push((Arc::clone(state), delivery));
        }
        is_open
    }

    /// Claims one request, unless it has its answer or is on its way.
    fn claim(
        &mut self,
        state: &Arc<NoticeState<'a>>,
        key: NoticeId,
        of: Vec<NoticeId>,
        to: Vec<&'a Recipient>,
    ) {
        if !self.is_open(state, key) {
            return;
        }
        let now = self.shared.sending.clock.now();
        if self.resumed.single.remove(&key) {
            let claimed =
                held(&self.shared.ledger).history().claim(key).map_or(now, |claim| claim.at);
            let known_for = state
                .lane
                .lane
                .sender
                .knows_keys_for()
                .and_then(|time| SignedDuration::try_from(time).ok());
            if known_for.is_some_and(|time| now.duration_since(claimed) > time) {
                held(&state.lane.tally).uncertain += to.len().max(1) as u64;
                self.entries.push(LedgerEntry::Refused { key, why: "uncertain".to_owned() });
                return;
            }
        } else {
            let notice = Some(state.notice.id).filter(|id| *id != key);
            self.entries.push(LedgerEntry::Claim { key, of, notice, at: now });
        }
        state.pending.fetch_add(1, Ordering::Relaxed);
        let party = state.lane.party(&to);
        self.ready.push(DeliveryTask { state: Arc::clone(state), key, to, party });
        if self.ready.len() >= CLAIMS {
            self.flush();
        }
    }

    /// Brings claims to the disk and hands over what was claimed.
    fn flush(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        if !entries.is_empty() {
            self.shared.record(entries);
            if let Err(error) = self.disk.sync_data() {
                self.shared.fail(error);
            }
        }
        for work in self.ready.drain(..) {
            // A worker that is gone has recorded why.
            let _ = self.out.send(work);
        }
    }
}

/// Makes the key of several deliveries, which must stay the same when they are sent again.
fn batch_key(of: &[NoticeId]) -> NoticeId {
    let parts: Vec<String> = of.iter().map(ToString::to_string).collect();
    NoticeId::of(
        &std::iter::once("batch").chain(parts.iter().map(String::as_str)).collect::<Vec<_>>(),
    )
}

/// Where a moment lies with regard to a notice's hours.
enum SendingHour {
    Later,
    Now,
    Over,
}

impl SharedSending<'_> {
    fn hour(&self, notice: &Notice, lane: &Lane) -> SendingHour {
        let now = self.sending.clock.now();
        let moment = |text: &str| text.parse::<Timestamp>().unwrap_or(Timestamp::MIN);
        let japan = now.to_zoned_datetime(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)));
        let minute = u32::try_from(i32::from(japan.hour()) * 60 + i32::from(japan.minute()))
            .unwrap_or_default();
        if now >= moment(&notice.not_after) {
            SendingHour::Over
        } else if now < moment(&notice.not_before) || lane.quiet.holds(minute) {
            SendingHour::Later
        } else {
            SendingHour::Now
        }
    }

    fn fail(&self, error: io::Error) {
        self.broken.store(true, Ordering::SeqCst);
        held(&self.error).get_or_insert(error);
    }

    fn record(&self, entries: Vec<LedgerEntry>) {
        if let Err(error) = held(&self.ledger).append(entries) {
            self.fail(error);
        }
    }

    fn work_off<'a>(&self, work: &Mutex<Receiver<DeliveryTask<'a>>>) {
        loop {
            let next = held(work).recv();
            let Ok(work) = next else { return };
            let outcome =
                if self.broken.load(Ordering::SeqCst) { Err(None) } else { self.deliver(&work) };
            self.settle(&work, outcome);
            let done = self.finish(&work.state);
            if !done.is_empty() {
                self.record(done);
            }
            (self.sending.progress)();
        }
    }

    /// Sends one request until it has an answer that lasts; what stays without one is left, with
    /// why.
    fn deliver(&self, work: &DeliveryTask<'_>) -> Result<DeliveryOutcome, Option<RefusalReason>> {
        let (lane, notice, party) = (work.state.lane, work.state.notice, &*work.party);
        let mut last = None;
        let Sending { clock, pace, .. } = self.sending;
        for attempt in 0..pace.attempts.max(1) {
            self.wait_for(party);
            if party.is_down() || !matches!(self.hour(notice, lane.lane), SendingHour::Now) {
                return Err(last);
            }
            match lane.lane.sender.deliver(notice, work.key, &work.to) {
                DeliveryOutcome::Later(why, after) => {
                    last = Some(why);
                    let own = pace.wait.saturating_mul(1 << attempt.min(16));
                    let wait = after.unwrap_or(own).max(own);
                    if wait > LONGEST_WAIT {
                        party.give_up();
                        return Err(last);
                    }
                    if after.is_some() {
                        // It asks all recipients for whom it answers to wait.
                        let until = clock
                            .now()
                            .as_millisecond()
                            .saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                        party.paused.fetch_max(until, Ordering::Relaxed);
                    } else if attempt + 1 < pace.attempts {
                        clock.sleep(wait);
                    }
                }
                DeliveryOutcome::Left(why) => {
                    work.tell_line();
                    if party.refusals.fetch_add(1, Ordering::Relaxed) + 1 >= REFUSALS
                        && !party.has_taken.load(Ordering::Relaxed)
                    {
                        party.give_up();
                    }
                    return Err(Some(why));
                }
                DeliveryOutcome::Stop(why) => {
                    party.give_up();
                    work.tell_line();
                    return Err(Some(why));
                }
                lasting => {
                    party.strikes.store(0, Ordering::Relaxed);
                    party.has_taken.store(true, Ordering::Relaxed);
                    return Ok(lasting);
                }
            }
        }
        if party.strikes.fetch_add(1, Ordering::Relaxed) + 1 >= STRIKES {
            party.give_up();
        }
        Err(last)
    }

    fn wait_for(&self, party: &AnsweringParty) {
        loop {
            let rest =
                party.paused.load(Ordering::Relaxed) - self.sending.clock.now().as_millisecond();
            match u64::try_from(rest) {
                Ok(rest) if rest > 0 => self.sending.clock.sleep(Duration::from_millis(rest)),
                _ => return,
            }
        }
    }

    /// Records an answer and counts it.
    fn settle(
        &self,
        work: &DeliveryTask<'_>,
        outcome: Result<DeliveryOutcome, Option<RefusalReason>>,
    ) {
        let (state, key, count) = (&work.state, work.key, work.to.len().max(1) as u64);
        let mut tally = held(&state.lane.tally);
        let (counter, entry) = match outcome {
            Ok(DeliveryOutcome::Accepted) => {
                tally.sent += count;
                (&state.sent, Some(LedgerEntry::Sent { key }))
            }
            Ok(DeliveryOutcome::Gone) => {
                tally.gone += count;
                tally.gone_lines.extend(work.to.iter().map(|recipient| recipient.line));
                (&state.gone, Some(LedgerEntry::Gone { key }))
            }
            Ok(DeliveryOutcome::Refused(why)) if !work.to.is_empty() => {
                tally.refused += count;
                *tally.why.entry(why.to_string()).or_default() += count;
                (&state.refused, Some(LedgerEntry::Refused { key, why: why.to_string() }))
            }
            // What a receiver of all refuses is mended and tried again.
            Ok(
                DeliveryOutcome::Refused(why)
                | DeliveryOutcome::Later(why, _)
                | DeliveryOutcome::Left(why)
                | DeliveryOutcome::Stop(why),
            )
            | Err(Some(why)) => {
                tally.left += count;
                *tally.why.entry(why.to_string()).or_default() += count;
                (&state.left, None)
            }
            Err(None) => {
                tally.left += count;
                (&state.left, None)
            }
        };
        drop(tally);
        counter.fetch_add(count, Ordering::Relaxed);
        if let Some(entry) = entry {
            self.record(vec![entry]);
        }
    }

    /// Lets go of a notice; the last to do so gets what is to be recorded if the notice has gone
    /// out.
    fn finish(&self, state: &NoticeState<'_>) -> Vec<LedgerEntry> {
        if state.pending.fetch_sub(1, Ordering::AcqRel) > 1
            || state.left.load(Ordering::Acquire) > 0
            || self.broken.load(Ordering::SeqCst)
        {
            return Vec::new();
        }
        let count = |counter: &AtomicU64| counter.load(Ordering::Acquire);
        held(&state.lane.tally).notices += 1;
        let notice = state.notice;
        let done = LedgerEntry::Done {
            id: notice.id,
            at: self.sending.clock.now(),
            sent: count(&state.sent),
            gone: count(&state.gone),
            refused: count(&state.refused),
        };
        let besides = state.lane.lane.sender.aftermath(notice, self.sending.today);
        besides.into_iter().chain([done]).collect()
    }
}
