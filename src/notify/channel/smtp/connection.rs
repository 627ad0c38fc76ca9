//! The dialogue with a mail server.

use std::fmt;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use rustls::ClientConfig;

use super::offers::ServerOffers;
use super::reply::{MailFault, SmtpReply, SmtpStep, read_reply};
use super::server::MailServer;
use super::stream::{MailStream, Patience, connect, encrypt, own_name, stuffed};
use crate::municipality::notify::MailSecurity;

/// A connection to a mail server, greeted, encrypted and logged in.
pub(super) struct SmtpConnection {
    stream: BufReader<MailStream>,
    patience: Patience,
    offers: ServerOffers,
    /// Nothing can be said on it any more.
    pub(super) is_broken: bool,
    /// It broke before anything was said of the last message.
    pub(super) is_stale: bool,
}

impl SmtpConnection {
    /// Connects, encrypts and logs in.
    pub(super) fn open(
        server: &MailServer,
        patience: Patience,
        tls: impl FnOnce() -> Option<Arc<ClientConfig>>,
    ) -> Result<Self, MailFault> {
        let socket = connect(server, patience).map_err(|_| MailFault::Broken)?;
        let own = own_name(&socket);
        let encrypted = |socket| {
            encrypt(
                socket,
                tls().ok_or(MailFault::Insecure)?,
                server.certified_name().ok_or(MailFault::Insecure)?,
            )
            .map(|stream| Self::over(stream, patience))
        };
        let mut connection = match server.security {
            MailSecurity::None => Self::over(MailStream::Plain(socket), patience).greeted()?,
            MailSecurity::Tls => encrypted(socket)?.greeted()?,
            MailSecurity::Starttls => encrypted(
                Self::over(MailStream::Plain(socket), patience).greeted()?.starttls(&own)?,
            )?,
        };
        // What was offered before the encryption is forgotten (RFC 3207, section 4.2).
        connection.offers = ServerOffers::of(&connection.ask(&Ehlo::new(own))?);
        if let Some(credentials) = &server.credentials {
            connection.log_in(credentials)?;
        }
        Ok(connection)
    }

    fn over(stream: MailStream, patience: Patience) -> Self {
        Self {
            stream: BufReader::new(stream),
            patience,
            offers: ServerOffers::default(),
            is_broken: false,
            is_stale: false,
        }
    }

    fn greeted(mut self) -> Result<Self, MailFault> {
        self.heard(2)?;
        Ok(self)
    }

    /// Agrees with the server that the encryption begins here. There is no other way on: a server
    /// that does not offer it gets nothing.
    fn starttls(mut self, own: &ClientId) -> Result<TcpStream, MailFault> {
        if !ServerOffers::of(&self.ask(&Ehlo::new(own.clone()))?).starttls {
            return Err(MailFault::Insecure);
        }
        self.ask(&Starttls)?;
        // What has come already did not come encrypted: a machine in between may have put it there.
        if !self.stream.buffer().is_empty() {
            return Err(MailFault::Insecure);
        }
        match self.stream.into_inner() {
            MailStream::Plain(socket) => Ok(socket),
            MailStream::Tls(_) => Err(MailFault::Insecure),
        }
    }

    /// Logs in (RFC 4954).
    fn log_in(&mut self, credentials: &Credentials) -> Result<(), MailFault> {
        let credentials = || credentials.clone();
        if self.offers.plain {
            let auth =
                Auth::new(Mechanism::Plain, credentials(), None).map_err(|_| MailFault::NoLogin)?;
            return self.ask(&auth).map(drop);
        }
        if !self.offers.login {
            return Err(MailFault::NoLogin);
        }
        let mut auth =
            Auth::new(Mechanism::Login, credentials(), None).map_err(|_| MailFault::NoLogin)?;
        // It asks for the name and for the password.
        for _ in 0..2 {
            self.write(auth.to_string().as_bytes())?;
            let question = self.heard(3)?;
            let question: Response = format!("334 {}\r\n", question.lines.concat())
                .parse()
                .map_err(|_| MailFault::NoLogin)?;
            auth = Auth::new_from_response(Mechanism::Login, credentials(), &question)
                .map_err(|_| MailFault::NoLogin)?;
        }
        self.ask(&auth).map(drop)
    }

    /// Brings one message.
    pub(super) fn send(
        &mut self,
        from: &Address,
        to: &Address,
        message: &[u8],
    ) -> Result<(), MailFault> {
        self.is_stale = false;
        let mut parameters = Vec::new();
        if !(from.as_ref() as &str).is_ascii() || !(to.as_ref() as &str).is_ascii() {
            if !self.offers.utf8 {
                return Err(MailFault::Unfit);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() {
            if !self.offers.eight_bit {
                return Err(MailFault::Unfit);
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let commands = [
            (SmtpStep::Sender, 2, Mail::new(Some(from.clone()), parameters).to_string()),
            (SmtpStep::Recipient, 2, Rcpt::new(to.clone(), Vec::new()).to_string()),
            (SmtpStep::Content, 3, Data.to_string()),
        ];
        if self.offers.pipelining {
            let all: String = commands.iter().map(|(_, _, command)| command.as_str()).collect();
            self.write(all.as_bytes()).inspect_err(|_| self.is_stale = true)?;
        }
        let (mut refused, mut awaits_message) = (None, false);
        for (step, class, command) in &commands {
            if !self.offers.pipelining {
                if refused.is_some() {
                    break;
                }
                self.write(command.as_bytes())
                    .inspect_err(|_| self.is_stale = *step == SmtpStep::Sender)?;
            }
            let reply = self.read().inspect_err(|_| self.is_stale = *step == SmtpStep::Sender)?;
            awaits_message = *step == SmtpStep::Content && reply.is(3);
            if reply.code == 421 {
                self.is_broken = true;
                self.is_stale = *step == SmtpStep::Sender;
                return Err(refused.unwrap_or(MailFault::Reply(*step, reply)));
            }
            if !reply.is(*class) {
                refused.get_or_insert(MailFault::Reply(*step, reply));
            }
        }
        if let Some(fault) = refused {
            if awaits_message && matches!(fault, MailFault::Reply(SmtpStep::Recipient, _)) {
                // The server takes a message without recipients, and gets an empty one (RFC 2920,
                // section 3.1); if that fails nothing more is said.
                let _ = self.write(b".\r\n").and_then(|()| self.read());
            } else {
                // It would take one for the recipient.
                self.is_broken |= awaits_message;
            }
            self.forget();
            return Err(fault);
        }
        self.write(&stuffed(message))?;
        let answer = self.wait(self.patience.message).and_then(|()| self.read());
        let reply = answer.map_err(|_| MailFault::Unanswered)?;
        self.is_broken = reply.code == 421 || self.wait(self.patience.command).is_err();
        if reply.is(2) {
            return Ok(());
        }
        self.forget();
        Err(MailFault::Reply(SmtpStep::Content, reply))
    }

    /// Makes the server forget what was begun, for the next message.
    fn forget(&mut self) {
        if !self.is_broken && self.ask(&Rset).is_err() {
            self.is_broken = true;
        }
    }

    /// Says good-bye, and does not wait for the answer.
    pub(super) fn leave(mut self) {
        if !self.is_broken
            && self.write(Quit.to_string().as_bytes()).is_ok()
            && let MailStream::Tls(stream) = self.stream.get_mut()
        {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    }

    /// Gives a command and expects yes.
    fn ask(&mut self, command: &impl fmt::Display) -> Result<SmtpReply, MailFault> {
        self.write(command.to_string().as_bytes())?;
        self.heard(2)
    }

    /// Reads an answer of a class.
    fn heard(&mut self, class: u16) -> Result<SmtpReply, MailFault> {
        let reply = self.read()?;
        if reply.is(class) { Ok(reply) } else { Err(MailFault::Reply(SmtpStep::Session, reply)) }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MailFault> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|_| self.broken())
    }

    fn wait(&mut self, time: Duration) -> Result<(), MailFault> {
        self.stream.get_ref().socket().set_read_timeout(Some(time)).map_err(|_| self.broken())
    }

    fn read(&mut self) -> Result<SmtpReply, MailFault> {
        read_reply(&mut self.stream).ok_or_else(|| self.broken())
    }

    fn broken(&mut self) -> MailFault {
        self.is_broken = true;
        MailFault::Broken
    }
}
