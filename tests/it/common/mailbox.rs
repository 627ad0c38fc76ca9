//! A mail server on this machine that keeps what it was sent (RFC 5321, as far as a client needs
//! it).
#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by the modules of the tests"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::loopback::Loopback;

/// One message.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

impl Mail {
    /// The value of a header, with its folds undone.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    }
}

type Answer = dyn Fn(&str, usize) -> Option<String> + Send + Sync;

pub struct Mailbox {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    _server: Loopback,
}

impl Mailbox {
    /// Starts one; `answer` may answer a command otherwise than with yes; it is also asked at the
    /// end of a message, as `.`, and told how many messages came before.
    pub fn start(answer: impl Fn(&str, usize) -> Option<String> + Send + Sync + 'static) -> Self {
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        let server = Loopback::start(move |stream| {
            serve(stream, &kept, &answer);
        });
        Self { port: server.port, mails, _server: server }
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    pub fn forget(&self) {
        self.mails.lock().unwrap().clear();
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<Mail>>, answer: &Answer) -> Option<()> {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    let mut mail = Mail { from: String::new(), to: Vec::new(), text: String::new() };
    stream.write_all(b"220 here\r\n").ok()?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let command = line.trim_end().to_owned();
        let said = |usual: &str| {
            answer(&command, kept.lock().unwrap().len()).unwrap_or_else(|| usual.to_owned())
        };
        let word = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let reply = match word.as_str() {
            "EHLO" => said("250-here\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8"),
            "DATA" => {
                let reply = said("354 go on");
                stream.write_all(format!("{reply}\r\n").as_bytes()).ok()?;
                if !reply.starts_with('3') {
                    continue;
                }
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).ok()? == 0 {
                        return None;
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    mail.text += line.strip_prefix('.').unwrap_or(&line);
                }
                let before = kept.lock().unwrap().len();
                let reply = answer(".", before).unwrap_or_else(|| "250 taken".to_owned());
                if reply.starts_with('2') || reply.is_empty() {
                    kept.lock().unwrap().push(mail.clone());
                }
                mail = Mail { from: String::new(), to: Vec::new(), text: String::new() };
                reply
            }
            "MAIL" => {
                mail.from = command.clone();
                said("250 yes")
            }
            "RCPT" => {
                let reply = said("250 yes");
                if reply.starts_with('2') {
                    mail.to.push(command.split(['<', '>']).nth(1).unwrap_or_default().to_owned());
                }
                reply
            }
            "QUIT" => {
                let _ = stream.write_all(b"221 bye\r\n");
                return None;
            }
            "RSET" => {
                mail = Mail { from: String::new(), to: Vec::new(), text: String::new() };
                said("250 yes")
            }
            _ => said("250 yes"),
        };
        // An empty answer is none: the connection breaks.
        if reply.is_empty() {
            return None;
        }
        stream.write_all(format!("{reply}\r\n").as_bytes()).ok()?;
    }
}
