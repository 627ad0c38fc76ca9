//! What a mail server answers, and why a message was not taken.

use std::io::{BufRead, Read as _};

/// The longest answer that is read.
const LONGEST_REPLY: u64 = 64 * 1024;

/// At which point a server said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpStep {
    /// Before any message: greeting, encryption, login.
    Session,
    /// The sender's address.
    Sender,
    /// The recipient's address.
    Recipient,
    /// The message.
    Content,
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpReply {
    /// The code (RFC 5321, section 4.2).
    pub code: u16,
    /// The lines, without the code.
    pub lines: Vec<String>,
}

impl SmtpReply {
    /// Returns the enhanced status code with which the text begins (RFC 2034, RFC 3463), if its
    /// class agrees with the code's.
    pub fn enhanced(&self) -> Option<[u16; 3]> {
        let word = self.lines.first()?.split_whitespace().next()?.trim_start_matches('#');
        let mut parts = word.split('.').map(|part| {
            part.parse::<u16>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let all = [parts.next()??, parts.next()??, parts.next()??];
        (parts.next().is_none() && all[0] == self.code / 100).then_some(all)
    }

    pub(super) fn is(&self, class: u16) -> bool {
        self.code / 100 == class
    }
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailFault {
    /// The server said no.
    Reply(SmtpStep, SmtpReply),
    /// There is no connection, it broke off, or the answer was none.
    Broken,
    /// The whole message is with the server, which has not said whether it took it; it may deliver
    /// it all the same.
    Unanswered,
    /// The connection cannot be encrypted as it must be: the server offers no encryption or shows
    /// no certificate that holds.
    Insecure,
    /// The server offers no login that this program knows.
    NoLogin,
    /// The server does not take such an address or message at all.
    Unfit,
}

/// Reads an answer (RFC 5321, section 4.2.1): lines with the same code, all but the last with `-`
/// after it; a text need not be there.
pub(super) fn read_reply(from: &mut impl BufRead) -> Option<SmtpReply> {
    let mut from = from.take(LONGEST_REPLY);
    let mut reply = SmtpReply { code: 0, lines: Vec::new() };
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).ok()?;
        let line = line.strip_suffix(b"\n")?;
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        let (code, rest) = line.split_at_checked(3)?;
        let code = code.parse().ok().filter(|code| {
            (200..600).contains(code) && line.bytes().take(3).all(|byte| byte.is_ascii_digit())
        })?;
        if !reply.lines.is_empty() && code != reply.code {
            return None;
        }
        reply.code = code;
        let (is_last, text) = match rest.split_at_checked(1) {
            None => (true, ""),
            Some((" ", text)) => (true, text),
            Some(("-", text)) => (false, text),
            Some(_) => return None,
        };
        reply.lines.push(text.to_owned());
        if is_last {
            return Some(reply);
        }
    }
}
