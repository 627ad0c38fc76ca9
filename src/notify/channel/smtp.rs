//! The client's side of SMTP (RFC 5321): connections to mail servers, encrypted as the settings
//! say, kept open from one message to the next.
//!
//! The words are `lettre`'s; the wire is Ubugi's own. `lettre` 0.11.23, the newest release on
//! 2026-12-01, writes a message and its closing dot in two packets and does not turn off Nagle's
//! algorithm (RFC 896), so that each message waits for a delayed acknowledgement. `lettre` has
//! merged a change that sets `TCP_NODELAY` (September 2026): with the release that has it, this
//! file can give way to `lettre`'s transport. Here everything that can go together goes in one
//! write, on sockets that do not wait, and the commands before a message go without waiting for

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::municipality::notify::Security;

/// How long to wait for a server.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For a connection.
    connect: Duration,
    /// For the answer to a command, and until what is written is taken (RFC 5321, section 4.5.3.2).
    command: Duration,
    /// For the answer to a whole message: a server that is given up too early may deliver it all the same, and then twice (RFC 5321, section 4.5.3.2.6).
    message: Duration,
}

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(30),
    command: Duration::from_secs(300),
    message: Duration::from_secs(600),
};
/// The longest answer that is read.
const LONGEST_REPLY: u64 = 64 * 1024;

/// A mail server, and as whom to speak to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and password.
    pub credentials: Option<Credentials>,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// At which point a server said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
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
pub struct Reply {
    /// The code (RFC 5321, section 4.2).
    pub code: u16,
    /// The lines, without the code.
    pub lines: Vec<String>,
}

impl Reply {
    /// Returns the enhanced status code with which the text begins (RFC 2034, RFC 3463), if its class agrees with the code's.
    pub fn enhanced(&self) -> Option<[u16; 3]> {
        let word = self.lines.first()?.split_whitespace().next()?.trim_start_matches('#');
        let mut parts = word.split('.').map(|part| {
            part.parse::<u16>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let all = [parts.next()??, parts.next()??, parts.next()??];
        (parts.next().is_none() && all[0] == self.code / 100).then_some(all)
    }

    fn is(&self, class: u16) -> bool {
        self.code / 100 == class
    }
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server said no.
    Reply(Step, Reply),
    /// There is no connection, it broke off, or the answer was none.
    Broken,
    /// The whole message is with the server, which has not said whether it took it; it may deliver it all the same.
    Unanswered,
    /// The connection cannot be encrypted as it must be: the server offers no encryption or shows no certificate that holds.
    Insecure,
    /// The server offers no login that this program knows.
    NoLogin,
    /// The server does not take such an address or message at all.
    Unfit,
}

/// Connections to mail servers that nobody uses just now.
pub struct Servers {
    idle: Mutex<VecDeque<(Server, Connection)>>,
    most: usize,
    patience: Patience,
    tls: OnceLock<Option<Arc<ClientConfig>>>,
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Servers").field("most", &self.most).finish_non_exhaustive()
    }
}

impl Servers {
    /// Begins without connections; so many are kept at most, whatever the number of servers.
    pub fn new(most: usize) -> Self {
        Self { idle: Mutex::default(), most, patience: PATIENCE, tls: OnceLock::new() }
    }

    /// Tells whether a server can be spoken to as its settings want it: what its name is worth for a certificate, and whether this machine knows any authority.
    pub fn can_reach(&self, server: &Server) -> bool {
        server.security == Security::None || (name(server).is_some() && self.tls().is_some())
    }

    /// Brings one message to a server.
    ///
    /// # Errors
    /// Tells why the server has not taken it.
    pub fn send(
        &self,
        server: &Server,
        from: &Address,
        to: &Address,
        message: &[u8],
    ) -> Result<(), Fault> {
        if let Some(mut connection) = self.take(server) {
            let sent = connection.send(from, to, message);
            // Servers close what was idle for long or has brought many messages; then nothing was said yet.
            if !connection.is_stale {
                self.keep(server, connection);
                return sent;
            }
        }
        let mut connection = Connection::open(server, self.patience, || self.tls())?;
        let sent = connection.send(from, to, message);
        self.keep(server, connection);
        sent
    }

    fn take(&self, server: &Server) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let at = idle.iter().rposition(|(of, _)| of == server)?;
        idle.remove(at).map(|(_, connection)| connection)
    }

    fn keep(&self, server: &Server, connection: Connection) {
        if connection.is_broken {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push_back((server.clone(), connection));
        let oldest = if idle.len() > self.most { idle.pop_front() } else { None };
        // The others need not wait for its good-bye.
        drop(idle);
        if let Some((_, connection)) = oldest {
            connection.leave();
        }
    }

    fn tls(&self) -> Option<Arc<ClientConfig>> {
        let make = || {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .ok()?
                .with_platform_verifier()
                .ok()?;
            Some(Arc::new(config.with_no_client_auth()))
        };
        self.tls.get_or_init(make).clone()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for (_, connection) in
            std::mem::take(self.idle.get_mut().unwrap_or_else(PoisonError::into_inner))
        {
            connection.leave();
        }
    }
}

fn name(server: &Server) -> Option<ServerName<'static>> {
    ServerName::try_from(server.host.clone()).ok()
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// What a server offers in its answer to EHLO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Offers {
    starttls: bool,
    pipelining: bool,
    eight_bit: bool,
    utf8: bool,
    plain: bool,
    login: bool,
}

impl Offers {
    fn of(reply: &Reply) -> Self {
        let mut offers = Self::default();
        // The first line is the server's name.
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split([' ', '=']).map(str::to_ascii_uppercase);
            match words.next().as_deref() {
                Some("STARTTLS") => offers.starttls = true,
                Some("PIPELINING") => offers.pipelining = true,
                Some("8BITMIME") => offers.eight_bit = true,
                Some("SMTPUTF8") => offers.utf8 = true,
                Some("AUTH") => words.for_each(|word| match word.as_str() {
                    "PLAIN" => offers.plain = true,
                    "LOGIN" => offers.login = true,
                    _ => {}
                }),
                _ => {}
            }
        }
        offers
    }
}

struct Connection {
    stream: BufReader<Stream>,
    patience: Patience,
    offers: Offers,
    /// Nothing can be said on it any more.
    is_broken: bool,
    /// It broke before anything was said of the last message.
    is_stale: bool,
}

impl Connection {
    /// Connects, encrypts and logs in.
    fn open(
        server: &Server,
        patience: Patience,
        tls: impl FnOnce() -> Option<Arc<ClientConfig>>,
    ) -> Result<Self, Fault> {
        let socket = connect(server, patience).map_err(|_| Fault::Broken)?;
        let own = own_name(&socket);
        let encrypted = |socket| {
            encrypt(socket, tls().ok_or(Fault::Insecure)?, name(server).ok_or(Fault::Insecure)?)
                .map(|stream| Self::over(stream, patience))
        };
        let mut connection = match server.security {
            Security::None => Self::over(Stream::Plain(socket), patience).greeted()?,
            Security::Tls => encrypted(socket)?.greeted()?,
            Security::Starttls => {
                encrypted(Self::over(Stream::Plain(socket), patience).greeted()?.starttls(&own)?)?
            }
        };
        // What was offered before the encryption is forgotten (RFC 3207, section 4.2).
        connection.offers = Offers::of(&connection.ask(&Ehlo::new(own))?);
        if let Some(credentials) = &server.credentials {
            connection.log_in(credentials)?;
        }
        Ok(connection)
    }

    fn over(stream: Stream, patience: Patience) -> Self {
        Self {
            stream: BufReader::new(stream),
            patience,
            offers: Offers::default(),
            is_broken: false,
            is_stale: false,
        }
    }

    fn greeted(mut self) -> Result<Self, Fault> {
        self.heard(2)?;
        Ok(self)
    }

    /// Agrees with the server that the encryption begins here. There is no other way on: a server that does not offer it gets nothing.
    fn starttls(mut self, own: &ClientId) -> Result<TcpStream, Fault> {
        if !Offers::of(&self.ask(&Ehlo::new(own.clone()))?).starttls {
            return Err(Fault::Insecure);
        }
        self.ask(&Starttls)?;
        // What has come already did not come encrypted: whoever stands in between may have put it there.
        if !self.stream.buffer().is_empty() {
            return Err(Fault::Insecure);
        }
        match self.stream.into_inner() {
            Stream::Plain(socket) => Ok(socket),
            Stream::Tls(_) => Err(Fault::Insecure),
        }
    }

    /// Logs in (RFC 4954).
    fn log_in(&mut self, credentials: &Credentials) -> Result<(), Fault> {
        let credentials = || credentials.clone();
        if self.offers.plain {
            let auth =
                Auth::new(Mechanism::Plain, credentials(), None).map_err(|_| Fault::NoLogin)?;
            return self.ask(&auth).map(drop);
        }
        if !self.offers.login {
            return Err(Fault::NoLogin);
        }
        let mut auth =
            Auth::new(Mechanism::Login, credentials(), None).map_err(|_| Fault::NoLogin)?;
        // It asks for the name and for the password.
        for _ in 0..2 {
            self.write(auth.to_string().as_bytes())?;
            let question = self.heard(3)?;
            let question: Response = format!("334 {}\r\n", question.lines.concat())
                .parse()
                .map_err(|_| Fault::NoLogin)?;
            auth = Auth::new_from_response(Mechanism::Login, credentials(), &question)
                .map_err(|_| Fault::NoLogin)?;
        }
        self.ask(&auth).map(drop)
    }

    /// Brings one message.
    fn send(&mut self, from: &Address, to: &Address, message: &[u8]) -> Result<(), Fault> {
        self.is_stale = false;
        let mut parameters = Vec::new();
        if !(from.as_ref() as &str).is_ascii() || !(to.as_ref() as &str).is_ascii() {
            if !self.offers.utf8 {
                return Err(Fault::Unfit);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() {
            if !self.offers.eight_bit {
                return Err(Fault::Unfit);
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let commands = [
            (Step::Sender, 2, Mail::new(Some(from.clone()), parameters).to_string()),
            (Step::Recipient, 2, Rcpt::new(to.clone(), Vec::new()).to_string()),
            (Step::Content, 3, Data.to_string()),
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
                    .inspect_err(|_| self.is_stale = *step == Step::Sender)?;
            }
            let reply = self.read().inspect_err(|_| self.is_stale = *step == Step::Sender)?;
            awaits_message = *step == Step::Content && reply.is(3);
            if reply.code == 421 {
                self.is_broken = true;
                self.is_stale = *step == Step::Sender;
                return Err(refused.unwrap_or(Fault::Reply(*step, reply)));
            }
            if !reply.is(*class) {
                refused.get_or_insert(Fault::Reply(*step, reply));
            }
        }
        if let Some(fault) = refused {
            if awaits_message && matches!(fault, Fault::Reply(Step::Recipient, _)) {
                // It takes a message for nobody, and gets an empty one (RFC 2920, section 3.1); if that fails nothing more is said.
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
        let reply = answer.map_err(|_| Fault::Unanswered)?;
        self.is_broken = reply.code == 421 || self.wait(self.patience.command).is_err();
        if reply.is(2) {
            return Ok(());
        }
        self.forget();
        Err(Fault::Reply(Step::Content, reply))
    }

    /// Makes the server forget what was begun, for the next message.
    fn forget(&mut self) {
        if !self.is_broken && self.ask(&Rset).is_err() {
            self.is_broken = true;
        }
    }

    /// Says good-bye, and does not wait for the answer.
    fn leave(mut self) {
        if !self.is_broken
            && self.write(Quit.to_string().as_bytes()).is_ok()
            && let Stream::Tls(stream) = self.stream.get_mut()
        {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    }

    /// Gives a command and expects yes.
    fn ask(&mut self, command: &impl fmt::Display) -> Result<Reply, Fault> {
        self.write(command.to_string().as_bytes())?;
        self.heard(2)
    }

    /// Reads an answer of a class.
    fn heard(&mut self, class: u16) -> Result<Reply, Fault> {
        let reply = self.read()?;
        if reply.is(class) { Ok(reply) } else { Err(Fault::Reply(Step::Session, reply)) }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|_| self.broken())
    }

    fn wait(&mut self, time: Duration) -> Result<(), Fault> {
        self.stream.get_ref().socket().set_read_timeout(Some(time)).map_err(|_| self.broken())
    }

    fn read(&mut self) -> Result<Reply, Fault> {
        read_reply(&mut self.stream).ok_or_else(|| self.broken())
    }

    fn broken(&mut self) -> Fault {
        self.is_broken = true;
        Fault::Broken
    }
}

/// Reads an answer (RFC 5321, section 4.2.1): lines with the same code, all but the last with `-` after it; a text need not be there.
fn read_reply(from: &mut impl io::BufRead) -> Option<Reply> {
    let mut from = from.take(LONGEST_REPLY);
    let mut reply = Reply { code: 0, lines: Vec::new() };
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

/// Makes a message ready for the wire: a dot at the beginning of a line is doubled, and a line with a dot alone ends it (RFC 5321, section 4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    let mut before = b'\n';
    for &byte in message {
        if byte == b'.' && before == b'\n' {
            out.push(b'.');
        }
        out.push(byte);
        before = byte;
    }
    out.extend_from_slice(if out.ends_with(b"\r\n") { b".\r\n" } else { b"\r\n.\r\n" });
    out
}

fn connect(server: &Server, patience: Patience) -> io::Result<TcpStream> {
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for address in (server.host.as_str(), server.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience.connect) {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                socket.set_read_timeout(Some(patience.command))?;
                socket.set_write_timeout(Some(patience.command))?;
                return Ok(socket);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Returns how this machine names itself: by its address, as it may have no name (RFC 5321, section 4.1.4).
fn own_name(socket: &TcpStream) -> ClientId {
    match socket.local_addr().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::default(),
    }
}

/// Encrypts a connection; a certificate that does not hold is told apart from a connection that breaks.
fn encrypt(
    mut socket: TcpStream,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> Result<Stream, Fault> {
    let mut tls = ClientConnection::new(config, name).map_err(|_| Fault::Insecure)?;
    while tls.is_handshaking() {
        tls.complete_io(&mut socket).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData { Fault::Insecure } else { Fault::Broken }
        })?;
    }
    Ok(Stream::Tls(Box::new(StreamOwned::new(tls, socket))))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    use proptest::prelude::*;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::pki_types::PrivateKeyDer;
    use rustls::{RootCertStore, ServerConfig, ServerConnection};

    use super::*;

    const EHLO: (&str, &str) = ("EHLO [127.0.0.1]", "250-here\r\n250 8BITMIME");
    const PIPELINING: (&str, &str) =
        ("EHLO [127.0.0.1]", "250-here\r\n250-8BITMIME\r\n250 pipelining");
    const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.x\r\n";

    /// What one connection is to hear, and what it answers; nothing to hear is the greeting, nothing to answer is the next command's part.
    type Script = Vec<(&'static str, &'static str)>;

    fn script(parts: &[&[(&'static str, &'static str)]]) -> Script {
        [&[("", "220 here")], &parts.concat()[..]].concat()
    }

    /// The commands of a message that is taken, in the one way or the other.
    const TAKEN: [(&str, &str); 4] = [
        ("MAIL FROM:<from@example.jp>", "250 yes"),
        ("RCPT TO:<to@example.jp>", "250 yes"),
        ("DATA", "354 go on"),
        (".", "250 taken"),
    ];
    const TAKEN_AT_ONCE: [(&str, &str); 4] = [
        ("MAIL FROM:<from@example.jp>", ""),
        ("RCPT TO:<to@example.jp>", ""),
        ("DATA", "250 yes\r\n250 yes\r\n354 go on"),
        (".", "250 taken"),
    ];

    enum Line {
        Plain(BufReader<TcpStream>),
        Tls(Box<BufReader<StreamOwned<ServerConnection, TcpStream>>>),
    }

    impl Line {
        fn hear(&mut self) -> String {
            let mut line = Vec::new();
            let _ = match self {
                Self::Plain(stream) => stream.read_until(b'\n', &mut line),
                Self::Tls(stream) => stream.read_until(b'\n', &mut line),
            };
            String::from_utf8_lossy(&line).into_owned()
        }

        fn say(&mut self, text: &str) {
            let _ = match self {
                Self::Plain(stream) => stream.get_mut().write_all(text.as_bytes()),
                Self::Tls(stream) => stream.get_mut().write_all(text.as_bytes()),
            };
        }
    }

    /// A server that plays scripts, one a connection, and returns what it heard; it ends a connection where something else comes.
    fn play(
        scripts: Vec<Script>,
        tls: Option<Arc<ServerConfig>>,
    ) -> (u16, JoinHandle<Vec<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let run = move || {
            let mut all = Vec::new();
            for script in scripts {
                let (socket, _) = listener.accept().expect("a connection");
                socket.set_read_timeout(Some(Duration::from_secs(5))).expect("waits");
                let mut raw = Some(socket.try_clone().expect("a handle"));
                let mut line = Line::Plain(BufReader::new(socket));
                let mut heard = Vec::new();
                let encrypt = |socket: Option<TcpStream>| {
                    let connection = ServerConnection::new(tls.clone().expect("a certificate"))
                        .expect("a server");
                    Line::Tls(Box::new(BufReader::new(StreamOwned::new(
                        connection,
                        socket.expect("not twice"),
                    ))))
                };
                for (wanted, answer) in script {
                    if wanted == "TLS" {
                        line = encrypt(raw.take());
                        continue;
                    }
                    if !wanted.is_empty() {
                        let mut command = line.hear();
                        if wanted == "." {
                            while !command.ends_with("\r\n.\r\n") && command != ".\r\n" {
                                let more = line.hear();
                                if more.is_empty() {
                                    break;
                                }
                                command += &more;
                            }
                        }
                        let is_wanted = wanted == "." && command.ends_with(".\r\n")
                            || command.strip_suffix("\r\n") == Some(wanted);
                        heard.push(command);
                        if !is_wanted {
                            break;
                        }
                    }
                    if !answer.is_empty() {
                        line.say(&format!("{answer}\r\n"));
                    }
                }
                all.push(heard);
            }
            all
        };
        (port, std::thread::spawn(run))
    }

    fn server(port: u16, security: Security) -> Server {
        Server { host: "127.0.0.1".to_owned(), port, security, credentials: None }
    }

    fn servers() -> Servers {
        trusting(OnceLock::new())
    }

    fn trusting(tls: OnceLock<Option<Arc<ClientConfig>>>) -> Servers {
        let quick = Patience {
            connect: Duration::from_secs(5),
            command: Duration::from_secs(5),
            message: Duration::from_secs(5),
        };
        Servers { idle: Mutex::default(), most: 2, patience: quick, tls }
    }

    fn address(name: &str) -> Address {
        format!("{name}@example.jp").parse().expect("an address")
    }

    fn bring(servers: &Servers, server: &Server) -> Result<(), Fault> {
        servers.send(server, &address("from"), &address("to"), MESSAGE)
    }

    /// Plays one connection without encryption; returns what came of one message and what the server heard.
    fn once(parts: &[&[(&'static str, &'static str)]]) -> (Result<(), Fault>, Vec<String>) {
        let (port, played) = play(vec![script(parts)], None);
        let servers = servers();
        let sent = bring(&servers, &server(port, Security::None));
        drop(servers);
        (sent, played.join().expect("plays").remove(0))
    }

    fn no(step: Step, code: u16, text: &str) -> Result<(), Fault> {
        Err(Fault::Reply(step, Reply { code, lines: vec![text.to_owned()] }))
    }

    #[test]
    fn a_message_goes_command_by_command_or_at_once_and_the_connection_is_used_again() {
        for (ehlo, taken) in [(EHLO, TAKEN), (PIPELINING, TAKEN_AT_ONCE)] {
            let (port, played) =
                play(vec![script(&[&[ehlo], &taken, &taken, &[("QUIT", "221 bye")]])], None);
            let servers = servers();
            assert_eq!(bring(&servers, &server(port, Security::None)), Ok(()));
            assert_eq!(bring(&servers, &server(port, Security::None)), Ok(()));
            drop(servers);
            let heard = played.join().expect("plays").remove(0);
            assert_eq!(
                (heard.len(), heard[4].as_str(), heard[9].as_str()),
                (10, "Subject: x\r\n\r\n..x\r\n.\r\n", "QUIT\r\n")
            );
        }
    }

    #[test]
    fn each_answer_is_told_with_its_step_and_the_next_message_can_go() {
        let rest = [("RSET", "250 forgotten"), TAKEN[0], TAKEN[1], TAKEN[2], TAKEN[3]];
        let at_once = [
            ("RSET", "250 forgotten"),
            TAKEN_AT_ONCE[0],
            TAKEN_AT_ONCE[1],
            TAKEN_AT_ONCE[2],
            TAKEN_AT_ONCE[3],
        ];
        let (mail, rcpt) = (TAKEN[0].0, TAKEN[1].0);
        let table: Vec<(Script, Result<(), Fault>)> = vec![
            (
                script(&[&[EHLO, (mail, "450 4.3.2 wait")], &rest]),
                no(Step::Sender, 450, "4.3.2 wait"),
            ),
            (script(&[&[EHLO, (mail, "550 5.7.1 no")], &rest]), no(Step::Sender, 550, "5.7.1 no")),
            (
                script(&[&[EHLO, TAKEN[0], (rcpt, "550 5.1.1 unknown")], &rest]),
                no(Step::Recipient, 550, "5.1.1 unknown"),
            ),
            (
                script(&[&[EHLO, TAKEN[0], (rcpt, "451 greylisted")], &rest]),
                no(Step::Recipient, 451, "greylisted"),
            ),
            (
                script(&[&[EHLO, TAKEN[0], TAKEN[1], ("DATA", "554 5.7.1 no")], &rest]),
                no(Step::Content, 554, "5.7.1 no"),
            ),
            (
                script(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "554 5.7.1 spam")], &rest]),
                no(Step::Content, 554, "5.7.1 spam"),
            ),
            (
                script(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "452 4.3.1 full")], &rest]),
                no(Step::Content, 452, "4.3.1 full"),
            ),
            (
                script(&[
                    &[
                        PIPELINING,
                        (mail, ""),
                        (rcpt, ""),
                        ("DATA", "250 yes\r\n550 5.1.1 unknown\r\n503 nobody"),
                    ],
                    &at_once,
                ]),
                no(Step::Recipient, 550, "5.1.1 unknown"),
            ),
            // It takes a message for nobody.
            (
                script(&[
                    &[
                        PIPELINING,
                        (mail, ""),
                        (rcpt, ""),
                        ("DATA", "250 yes\r\n550 5.1.1 unknown\r\n354 go on"),
                        (".", "554 nobody"),
                    ],
                    &at_once,
                ]),
                no(Step::Recipient, 550, "5.1.1 unknown"),
            ),
        ];
        for (script, wanted) in table {
            let (port, played) = play(vec![script], None);
            let servers = servers();
            let server = server(port, Security::None);
            assert_eq!(bring(&servers, &server), wanted);
            assert_eq!(bring(&servers, &server), Ok(()), "after {wanted:?}");
            drop(servers);
            let heard = played.join().expect("plays").remove(0);
            assert!(
                heard.iter().filter(|text| text.contains("Subject")).count() <= 2
                    && heard.last().is_some_and(|last| last.contains("Subject")),
                "{heard:?}"
            );
        }
    }

    #[test]
    fn what_ends_a_session_is_told_and_nothing_more_is_said() {
        assert_eq!(
            once(&[&[("EHLO [127.0.0.1]", "550 5.7.1 not you")]]),
            (no(Step::Session, 550, "5.7.1 not you"), vec!["EHLO [127.0.0.1]\r\n".to_owned()])
        );
        assert_eq!(
            once(&[&[EHLO, (TAKEN[0].0, "421 4.3.2 closing")]]).0,
            no(Step::Sender, 421, "4.3.2 closing")
        );
        assert_eq!(
            once(&[&[EHLO, TAKEN[0], (TAKEN[1].0, "421 4.3.2 closing")]]).0,
            no(Step::Recipient, 421, "4.3.2 closing")
        );
        assert_eq!(
            once(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "421 4.3.2 closing")]]).0,
            no(Step::Content, 421, "4.3.2 closing")
        );
        // It breaks off, or says what is no answer.
        assert_eq!(once(&[&[]]).0, Err(Fault::Broken));
        assert_eq!(once(&[&[EHLO, TAKEN[0], (TAKEN[1].0, "")]]).0, Err(Fault::Broken));
        // Whether it took the message is not known.
        assert_eq!(
            once(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "")]]).0,
            Err(Fault::Unanswered)
        );
        assert_eq!(
            once(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "taken")]]).0,
            Err(Fault::Unanswered)
        );
        assert_eq!(once(&[&[EHLO, (TAKEN[0].0, "yes")]]).0, Err(Fault::Broken));
        // It would take a message that it has refused.
        let (sent, heard) = once(&[&[
            PIPELINING,
            (TAKEN[0].0, ""),
            (TAKEN[1].0, ""),
            ("DATA", "550 5.7.1 no\r\n250 yes\r\n354 go on"),
            (".", "250 taken"),
        ]]);
        assert_eq!(
            (sent, heard.last().map(String::as_str)),
            (no(Step::Sender, 550, "5.7.1 no"), Some(""))
        );
        let (port, played) = play(vec![vec![("", "554 5.3.2 no service")]], None);
        assert_eq!(
            bring(&servers(), &server(port, Security::None)),
            no(Step::Session, 554, "5.3.2 no service")
        );
        played.join().expect("plays");
        assert_eq!(
            bring(&servers(), &server(port, Security::None)),
            Err(Fault::Broken),
            "nobody is there any more"
        );
    }

    #[test]
    fn a_server_that_says_nothing_is_given_up() {
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut servers = servers();
        servers.patience.command = Duration::from_millis(100);
        assert_eq!(
            bring(
                &servers,
                &server(silent.local_addr().expect("an address").port(), Security::None)
            ),
            Err(Fault::Broken)
        );
    }

    #[test]
    fn a_connection_that_was_closed_meanwhile_is_opened_again() {
        for (ehlo, taken) in [(EHLO, TAKEN), (PIPELINING, TAKEN_AT_ONCE)] {
            for end in
                [&[][..], &[(TAKEN[0].0, "421 4.7.0 too many messages")], &[(TAKEN[0].0, "")]]
            {
                let (port, played) =
                    play(vec![script(&[&[ehlo], &taken, end]), script(&[&[ehlo], &taken])], None);
                let servers = servers();
                assert_eq!(bring(&servers, &server(port, Security::None)), Ok(()));
                std::thread::sleep(Duration::from_millis(10));
                assert_eq!(bring(&servers, &server(port, Security::None)), Ok(()));
                drop(servers);
                let heard = played.join().expect("plays").concat();
                assert_eq!(
                    heard.iter().filter(|text| text.contains("Subject")).count(),
                    2,
                    "{heard:?}"
                );
            }
        }
    }

    #[test]
    fn no_more_connections_are_kept_than_are_wanted() {
        let (servers, mut all) = (servers(), Vec::new());
        for _ in 0..3 {
            let (port, played) =
                play(vec![script(&[&[EHLO], &TAKEN, &[("QUIT", "221 bye")]])], None);
            assert_eq!(bring(&servers, &server(port, Security::None)), Ok(()));
            all.push(played);
        }
        assert_eq!(servers.idle.lock().expect("not poisoned").len(), 2);
        assert_eq!(
            all.remove(0).join().expect("plays")[0].last().map(String::as_str),
            Some("QUIT\r\n")
        );
        drop(servers);
        for played in all {
            assert_eq!(
                played.join().expect("plays")[0].last().map(String::as_str),
                Some("QUIT\r\n")
            );
        }
    }

    #[test]
    fn addresses_and_messages_beyond_ascii_go_only_where_they_are_taken() {
        let abroad = |ehlo, mail| {
            let taken =
                [(mail, "250 yes"), ("RCPT TO:<はな@example.jp>", "250 yes"), TAKEN[2], TAKEN[3]];
            let (port, played) = play(vec![script(&[&[ehlo], &taken])], None);
            let sent = servers().send(
                &server(port, Security::None),
                &address("from"),
                &address("はな"),
                "Subject: x\r\n\r\nはな\r\n".as_bytes(),
            );
            played.join().expect("plays");
            sent
        };
        assert_eq!(
            abroad(
                (EHLO.0, "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8"),
                "MAIL FROM:<from@example.jp> SMTPUTF8 BODY=8BITMIME"
            ),
            Ok(())
        );
        assert_eq!(abroad(EHLO, ""), Err(Fault::Unfit));
        assert_eq!(abroad((EHLO.0, "250-here\r\n250 SMTPUTF8"), ""), Err(Fault::Unfit));
    }

    fn secret() -> Option<Credentials> {
        Some(Credentials::new("office".to_owned(), "TOPSECRET".to_owned()))
    }

    #[test]
    fn logging_in() {
        let with = |parts: &[&[(&'static str, &'static str)]]| {
            let (port, played) = play(vec![script(parts)], None);
            let sent = bring(
                &servers(),
                &Server { credentials: secret(), ..server(port, Security::None) },
            );
            (sent, played.join().expect("plays").remove(0))
        };
        let plain = ("AUTH PLAIN AG9mZmljZQBUT1BTRUNSRVQ=", "235 2.7.0 welcome");
        let login = [
            ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
            ("b2ZmaWNl", "334 UGFzc3dvcmQ6"),
            ("VE9QU0VDUkVU", "235 2.7.0 welcome"),
        ];
        assert_eq!(
            with(&[&[(EHLO.0, "250-here\r\n250 AUTH LOGIN PLAIN"), plain], &TAKEN]).0,
            Ok(())
        );
        assert_eq!(with(&[&[(EHLO.0, "250-here\r\n250 auth=login")], &login, &TAKEN]).0, Ok(()));
        assert_eq!(
            with(&[&[(EHLO.0, "250-here\r\n250 AUTH PLAIN"), (plain.0, "535 5.7.8 no")]]).0,
            no(Step::Session, 535, "5.7.8 no")
        );
        assert_eq!(
            with(&[&[(EHLO.0, "250-here\r\n250 AUTH PLAIN"), (plain.0, "454 4.7.0 later")]]).0,
            no(Step::Session, 454, "4.7.0 later")
        );
        assert_eq!(
            with(&[&[(EHLO.0, "250-here\r\n250 AUTH LOGIN"), login[0], (login[1].0, "535 no")]]).0,
            no(Step::Session, 535, "no")
        );
        assert_eq!(
            with(&[&[(EHLO.0, "250-here\r\n250 AUTH LOGIN"), ("AUTH LOGIN", "334 eA==")]]).0,
            Err(Fault::NoLogin)
        );
        let (sent, heard) = with(&[&[(EHLO.0, "250-here\r\n250 AUTH GSSAPI")]]);
        assert_eq!((sent, heard.len()), (Err(Fault::NoLogin), 1), "nothing goes without the login");
    }

    /// A certificate for a name, and what trusts it.
    fn certificate(name: &str) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([name.to_owned()]).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).expect("an authority");
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let server = server
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a key");
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions");
        (Arc::new(server), Arc::new(client.with_root_certificates(roots).with_no_client_auth()))
    }

    /// Plays one connection to which a login belongs; `trusted` is whom the client trusts.
    fn encrypted(
        security: Security,
        script: Script,
        tls: Arc<ServerConfig>,
        trusted: Arc<ClientConfig>,
    ) -> (Result<(), Fault>, Vec<String>) {
        let (port, played) = play(vec![script], Some(tls));
        let servers = trusting(OnceLock::from(Some(trusted)));
        let server = Server {
            host: "localhost".to_owned(),
            credentials: secret(),
            ..server(port, security)
        };
        assert!(servers.can_reach(&server));
        let sent = bring(&servers, &server);
        drop(servers);
        (sent, played.join().expect("plays").remove(0))
    }

    const OFFER: (&str, &str) = ("EHLO [127.0.0.1]", "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS");
    const INSIDE: (&str, &str) = ("EHLO [127.0.0.1]", "250-here\r\n250 AUTH PLAIN");
    const LOGIN: (&str, &str) = ("AUTH PLAIN AG9mZmljZQBUT1BTRUNSRVQ=", "235 welcome");
    const START: (&str, &str) = ("STARTTLS", "220 begin");
    const TLS: (&str, &str) = ("TLS", "");

    #[test]
    fn encrypted_from_the_beginning_or_from_an_agreed_point() {
        let (tls, trusted) = certificate("localhost");
        let (sent, _) = encrypted(
            Security::Starttls,
            script(&[&[OFFER, START, TLS, INSIDE, LOGIN], &TAKEN]),
            Arc::clone(&tls),
            Arc::clone(&trusted),
        );
        assert_eq!(sent, Ok(()));
        let (sent, _) = encrypted(
            Security::Tls,
            [vec![TLS], script(&[&[INSIDE, LOGIN], &TAKEN])].concat(),
            Arc::clone(&tls),
            Arc::clone(&trusted),
        );
        assert_eq!(sent, Ok(()));
        // What was offered outside does not count inside.
        let (sent, heard) =
            encrypted(Security::Starttls, script(&[&[OFFER, START, TLS, EHLO]]), tls, trusted);
        assert_eq!((sent, heard.len()), (Err(Fault::NoLogin), 3));
    }

    /// Whatever a server, or who stands before it, does: where encryption is asked for nothing but EHLO and STARTTLS is ever said without it.
    #[test]
    fn nothing_goes_in_plain_where_encryption_is_asked_for() {
        let (tls, trusted) = certificate("localhost");
        let (other, stranger) = certificate("mail.example.jp");
        let all = |answer: &'static str| script(&[&[OFFER, ("STARTTLS", answer), LOGIN], &TAKEN]);
        let table = [
            // The offer is left out.
            (
                Security::Starttls,
                script(&[&[INSIDE, LOGIN], &TAKEN]),
                &tls,
                &trusted,
                Err(Fault::Insecure),
            ),
            (
                Security::Starttls,
                script(&[&[(EHLO.0, "250 STARTTLS"), LOGIN], &TAKEN]),
                &tls,
                &trusted,
                Err(Fault::Insecure),
            ),
            // It is refused.
            (
                Security::Starttls,
                all("454 4.7.0 not now"),
                &tls,
                &trusted,
                no(Step::Session, 454, "4.7.0 not now"),
            ),
            (
                Security::Starttls,
                all("502 5.5.1 what?"),
                &tls,
                &trusted,
                no(Step::Session, 502, "5.5.1 what?"),
            ),
            // It does not begin, and there are answers in plain where it should.
            (
                Security::Starttls,
                all("220 begin\r\n250 here\r\n235 welcome\r\n250 yes"),
                &tls,
                &trusted,
                Err(Fault::Insecure),
            ),
            (
                Security::Starttls,
                script(&[&[OFFER, ("STARTTLS", "220 begin"), ("", "250 here"), LOGIN]]),
                &tls,
                &trusted,
                Err(Fault::Insecure),
            ),
            (
                Security::Tls,
                script(&[&[INSIDE, LOGIN], &TAKEN]),
                &tls,
                &trusted,
                Err(Fault::Insecure),
            ),
            // The certificate is for another name, or nobody's.
            (
                Security::Starttls,
                script(&[&[OFFER, START, TLS, INSIDE]]),
                &other,
                &stranger,
                Err(Fault::Insecure),
            ),
            (Security::Tls, vec![TLS, ("", "220 here")], &other, &stranger, Err(Fault::Insecure)),
            (
                Security::Starttls,
                script(&[&[OFFER, START, TLS, INSIDE]]),
                &tls,
                &stranger,
                Err(Fault::Insecure),
            ),
        ];
        for (security, script, tls, trusted, wanted) in table {
            let told = format!("{security:?} {script:?}");
            let (sent, heard) = encrypted(security, script, Arc::clone(tls), Arc::clone(trusted));
            assert_eq!(sent, wanted, "{told}");
            let said = heard.concat();
            assert!(
                !said.contains("AUTH") && !said.contains("MAIL") && !said.contains("Subject"),
                "{told}: {said}"
            );
        }
        let nobody = trusting(OnceLock::from(None));
        assert!(
            !nobody.can_reach(&server(1, Security::Tls))
                && nobody.can_reach(&server(1, Security::None))
        );
        assert!(
            !servers()
                .can_reach(&Server { host: "no name".to_owned(), ..server(1, Security::Tls) })
        );
    }

    #[test]
    fn answers_are_read_as_they_are() {
        let read = |text: &str| read_reply(&mut text.as_bytes());
        let reply = |code, lines: &[&str]| {
            Some(Reply { code, lines: lines.iter().map(|line| (*line).to_owned()).collect() })
        };
        assert_eq!(read("250 2.1.0 yes\r\n"), reply(250, &["2.1.0 yes"]));
        assert_eq!(read("250\r\n"), reply(250, &[""]), "a text need not be there");
        assert_eq!(read("250-a\r\n250-\r\n250 c\r\n550 next\r\n"), reply(250, &["a", "", "c"]));
        assert_eq!(read("550 \u{540d}\n"), reply(550, &["\u{540d}"]));
        for bad in [
            "",
            "250",
            "250 cut off",
            "250-a\r\n",
            "250-a\r\n251 b\r\n",
            "25\r\n",
            "2x0 a\r\n",
            "+25 a\r\n",
            "999 a\r\n",
            "150 a\r\n",
            "250=a\r\n",
            "あ a\r\n",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&"250-a\r\n".repeat(20_000)), None, "an answer without end");
        assert_eq!(read(&format!("250 {}\r\n", "a".repeat(70_000))), None);
        let enhanced = |code, text: &str| Reply { code, lines: vec![text.to_owned()] }.enhanced();
        assert_eq!(enhanced(550, "5.1.1 unknown"), Some([5, 1, 1]));
        assert_eq!(enhanced(550, "#5.1.10 unknown"), Some([5, 1, 10]));
        for bad in ["", "no", "4.1.1 another class", "5.1 x", "5.1.1.1 x", "5.+1.1 x", "5..1 x"] {
            assert_eq!(enhanced(550, bad), None, "{bad}");
        }
    }

    proptest! {
        /// No message ends before its end, and what is read is what was written.
        #[test]
        fn no_message_ends_before_its_end(message in "[.\r\nab]{0,40}") {
            let wire = String::from_utf8(stuffed(message.as_bytes())).expect("UTF-8");
            let body = wire.strip_suffix(".\r\n").expect("a last dot");
            prop_assert!(body.is_empty() || body.ends_with("\r\n"));
            prop_assert!(body.split('\n').all(|line| line != "." && line != ".\r"));
            let read: String = body.split_inclusive('\n').map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            prop_assert_eq!(read.strip_suffix("\r\n").unwrap_or(&read), message.strip_suffix("\r\n").unwrap_or(&message));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read_reply(&mut &bytes[..]);
        }
    }
}
