//! The list of a channel's recipients, from a file outside the project or an address that the
//! municipality runs.
//!
//! A line with a fault is passed over and reported by its number, never by what stands in it.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::http;
use super::opening::Opening;
use crate::diagnostic::{Code, Diagnostic, Message, Severity, codes};
use crate::message;
use crate::municipality::notify::is_loopback;
use crate::notify::secrets::{Secret, lies_within};
use crate::notify::subscribers::{Recipient, SubscriberFault, SubscriberFaults};

/// The form of a line of a list.
pub(super) const FORM: &str = r#"{"to": "…", "segments": ["…"]}"#;
/// The form of a line of a list of push subscriptions.
pub(super) const FORM_OF_PUSH: &str =
    r#"{"endpoint": "…", "keys": {"p256dh": "…", "auth": "…"}, "segments": ["…"]}"#;
/// The most lines of a list that are reported one by one.
const MOST_FAULTS: usize = 20;

/// Reads the recipients of a channel; nothing is read where the secret that says where they are is
/// missing.
pub(super) fn recipients(
    opening: &mut Opening<'_>,
    form: &str,
    read: impl Fn(&mut dyn BufRead) -> io::Result<(Vec<Recipient>, SubscriberFaults)>,
) -> Vec<Recipient> {
    let Some(place) = opening.required_secret("SUBSCRIBERS") else { return Vec::new() };
    let list = RecipientList { name: opening.secret_name("SUBSCRIBERS"), form };
    let found = list
        .open(opening, place.reveal())
        .and_then(|mut lines| read(&mut lines).map_err(|error| list.unreadable(&error)));
    match found {
        Ok((recipients, faults)) => {
            list.faults(&faults).for_each(|fault| opening.diagnostics.push(fault));
            recipients
        }
        Err(fault) => {
            opening.diagnostics.push(*fault);
            Vec::new()
        }
    }
}

/// A list that is read.
struct RecipientList<'l> {
    /// The name of the secret that says where it is.
    name: String,
    /// The form of its lines.
    form: &'l str,
}

impl RecipientList<'_> {
    fn open(
        &self,
        opening: &Opening<'_>,
        place: &str,
    ) -> Result<Box<dyn BufRead>, Box<Diagnostic>> {
        let name = &self.name;
        let is_address =
            place.starts_with("https://") || is_loopback(place) && place.starts_with("http://");
        if is_address {
            let token = opening.optional_secret("SUBSCRIBERS_TOKEN");
            let token = token.as_ref().map(Secret::reveal);
            return match http::fetch(&opening.connections.agent, place, token) {
                Ok(list) => Ok(Box::new(list)),
                Err(why) => Err(Box::new(self.fault(
                    codes::BAD_SUBSCRIBERS,
                    message!(
                        "名簿（{name}）を受け取れません：{why}",
                        "the list of recipients ({name}) cannot be had: {why}"
                    ),
                ))),
            };
        }
        if lies_within(Path::new(place), opening.root) {
            return Err(Box::new(self.fault(
                codes::SECRET_IN_PROJECT,
                message!(
                    "名簿（{name}）がプロジェクトの中にあります",
                    "the list of recipients ({name}) lies in the project"
                ),
            )));
        }
        match File::open(place) {
            Ok(file) => Ok(Box::new(BufReader::new(file))),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn fault(&self, code: Code, why: Message) -> Diagnostic {
        let Self { name, form } = self;
        Diagnostic::error(code, None, why).help(message!(
            "{name} には、プロジェクトの外のファイルか、https:// のアドレスを書きます。一行に一人、{form} の形です",
            "{name} names a file outside the project or an https:// address, with one recipient a \
             line: {form}"
        ))
    }

    fn unreadable(&self, error: &io::Error) -> Box<Diagnostic> {
        let (name, kind) = (&self.name, error.kind());
        Box::new(self.fault(
            codes::BAD_SUBSCRIBERS,
            message!(
                "名簿（{name}）を読めません：{kind}",
                "the list of recipients ({name}) cannot be read: {kind}"
            ),
        ))
    }

    /// Reports the lines with a fault, the first ones one by one.
    fn faults(&self, faults: &SubscriberFaults) -> impl Iterator<Item = Diagnostic> {
        let name = &self.name;
        let warning = |why: Message| {
            let mut found = self.fault(codes::BAD_SUBSCRIBERS, why);
            found.severity = Severity::Warning;
            found
        };
        let line = |(line, fault): &(usize, SubscriberFault)| {
            let Message { ja, en } = words_of(fault);
            warning(message!(
                "名簿（{name}）の {line} 行目：{ja}",
                "line {line} of the recipients ({name}): {en}"
            ))
        };
        let more = faults.len().saturating_sub(MOST_FAULTS);
        let rest = (more > 0).then(|| {
            warning(message!(
                "名簿（{name}）には、ほかにも {more} 行あります",
                "there are {more} more such lines in the recipients ({name})"
            ))
        });
        let named: Vec<Diagnostic> = faults.iter().take(MOST_FAULTS).map(line).collect();
        named.into_iter().chain(rest)
    }
}

/// Says what is wrong with a line, without what stands there.
fn words_of(fault: &SubscriberFault) -> Message {
    match fault {
        SubscriberFault::Form => message!("JSON の形が違います", "not of this form"),
        SubscriberFault::Address => message!(
            "宛先か鍵が、この channel のものではありません",
            "an address, or keys, not of this channel"
        ),
        SubscriberFault::Language(language) => message!(
            "「{language}」で知らせる segment はありません",
            "there is no segment in `{language}`"
        ),
        SubscriberFault::Segment(segment) => {
            message!("「{segment}」という segment はありません", "there is no segment `{segment}`")
        }
    }
}
