//! Dialogues with a mail server that plays scripts.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use proptest::prelude::*;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::pool::MailServers;
use super::reply::{MailFault, SmtpReply, SmtpStep, read_reply};
use super::server::MailServer;
use super::stream::{Patience, stuffed};
use crate::municipality::notify::MailSecurity;

const EHLO: (&str, &str) = ("EHLO [127.0.0.1]", "250-here\r\n250 8BITMIME");
const PIPELINING: (&str, &str) = ("EHLO [127.0.0.1]", "250-here\r\n250-8BITMIME\r\n250 pipelining");
const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.x\r\n";

/// What one connection is to hear, and what it answers; nothing to hear is the greeting, nothing to
/// answer is the next command's part.
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

enum TestStream {
    Plain(BufReader<TcpStream>),
    Tls(Box<BufReader<StreamOwned<ServerConnection, TcpStream>>>),
}

impl TestStream {
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

/// A server that plays scripts, one a connection, and returns what it heard; it ends a connection
/// where something else comes.
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
            let mut line = TestStream::Plain(BufReader::new(socket));
            let mut heard = Vec::new();
            let encrypt = |socket: Option<TcpStream>| {
                let connection =
                    ServerConnection::new(tls.clone().expect("a certificate")).expect("a server");
                TestStream::Tls(Box::new(BufReader::new(StreamOwned::new(
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

fn server(port: u16, security: MailSecurity) -> MailServer {
    MailServer { host: "127.0.0.1".to_owned(), port, security, credentials: None }
}

fn servers() -> MailServers {
    trusting(OnceLock::new())
}

fn trusting(tls: OnceLock<Option<Arc<ClientConfig>>>) -> MailServers {
    let quick = Patience {
        connect: Duration::from_secs(5),
        command: Duration::from_secs(5),
        message: Duration::from_secs(5),
    };
    MailServers { idle: Mutex::default(), most: 2, patience: quick, tls }
}

fn address(name: &str) -> Address {
    format!("{name}@example.jp").parse().expect("an address")
}

fn bring(servers: &MailServers, server: &MailServer) -> Result<(), MailFault> {
    servers.send(server, &address("from"), &address("to"), MESSAGE)
}

/// Plays one connection without encryption; returns what came of one message and what the server
/// heard.
fn once(parts: &[&[(&'static str, &'static str)]]) -> (Result<(), MailFault>, Vec<String>) {
    let (port, played) = play(vec![script(parts)], None);
    let servers = servers();
    let sent = bring(&servers, &server(port, MailSecurity::None));
    drop(servers);
    (sent, played.join().expect("plays").remove(0))
}

fn no(step: SmtpStep, code: u16, text: &str) -> Result<(), MailFault> {
    Err(MailFault::Reply(step, SmtpReply { code, lines: vec![text.to_owned()] }))
}

#[test]
fn a_message_goes_command_by_command_or_at_once_and_the_connection_is_used_again() {
    for (ehlo, taken) in [(EHLO, TAKEN), (PIPELINING, TAKEN_AT_ONCE)] {
        let (port, played) =
            play(vec![script(&[&[ehlo], &taken, &taken, &[("QUIT", "221 bye")]])], None);
        let servers = servers();
        assert_eq!(bring(&servers, &server(port, MailSecurity::None)), Ok(()));
        assert_eq!(bring(&servers, &server(port, MailSecurity::None)), Ok(()));
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
    let table: Vec<(Script, Result<(), MailFault>)> = vec![
        (
            script(&[&[EHLO, (mail, "450 4.3.2 wait")], &rest]),
            no(SmtpStep::Sender, 450, "4.3.2 wait"),
        ),
        (script(&[&[EHLO, (mail, "550 5.7.1 no")], &rest]), no(SmtpStep::Sender, 550, "5.7.1 no")),
        (
            script(&[&[EHLO, TAKEN[0], (rcpt, "550 5.1.1 unknown")], &rest]),
            no(SmtpStep::Recipient, 550, "5.1.1 unknown"),
        ),
        (
            script(&[&[EHLO, TAKEN[0], (rcpt, "451 greylisted")], &rest]),
            no(SmtpStep::Recipient, 451, "greylisted"),
        ),
        (
            script(&[&[EHLO, TAKEN[0], TAKEN[1], ("DATA", "554 5.7.1 no")], &rest]),
            no(SmtpStep::Content, 554, "5.7.1 no"),
        ),
        (
            script(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "554 5.7.1 spam")], &rest]),
            no(SmtpStep::Content, 554, "5.7.1 spam"),
        ),
        (
            script(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "452 4.3.1 full")], &rest]),
            no(SmtpStep::Content, 452, "4.3.1 full"),
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
            no(SmtpStep::Recipient, 550, "5.1.1 unknown"),
        ),
        // The server takes a message without recipients.
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
            no(SmtpStep::Recipient, 550, "5.1.1 unknown"),
        ),
    ];
    for (script, wanted) in table {
        let (port, played) = play(vec![script], None);
        let servers = servers();
        let server = server(port, MailSecurity::None);
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
        (no(SmtpStep::Session, 550, "5.7.1 not you"), vec!["EHLO [127.0.0.1]\r\n".to_owned()])
    );
    assert_eq!(
        once(&[&[EHLO, (TAKEN[0].0, "421 4.3.2 closing")]]).0,
        no(SmtpStep::Sender, 421, "4.3.2 closing")
    );
    assert_eq!(
        once(&[&[EHLO, TAKEN[0], (TAKEN[1].0, "421 4.3.2 closing")]]).0,
        no(SmtpStep::Recipient, 421, "4.3.2 closing")
    );
    assert_eq!(
        once(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "421 4.3.2 closing")]]).0,
        no(SmtpStep::Content, 421, "4.3.2 closing")
    );
    // It breaks off, or says what is no answer.
    assert_eq!(once(&[&[]]).0, Err(MailFault::Broken));
    assert_eq!(once(&[&[EHLO, TAKEN[0], (TAKEN[1].0, "")]]).0, Err(MailFault::Broken));
    // Whether it took the message is not known.
    assert_eq!(
        once(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "")]]).0,
        Err(MailFault::Unanswered)
    );
    assert_eq!(
        once(&[&[EHLO, TAKEN[0], TAKEN[1], TAKEN[2], (".", "taken")]]).0,
        Err(MailFault::Unanswered)
    );
    assert_eq!(once(&[&[EHLO, (TAKEN[0].0, "yes")]]).0, Err(MailFault::Broken));
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
        (no(SmtpStep::Sender, 550, "5.7.1 no"), Some(""))
    );
    let (port, played) = play(vec![vec![("", "554 5.3.2 no service")]], None);
    assert_eq!(
        bring(&servers(), &server(port, MailSecurity::None)),
        no(SmtpStep::Session, 554, "5.3.2 no service")
    );
    played.join().expect("plays");
    assert_eq!(
        bring(&servers(), &server(port, MailSecurity::None)),
        Err(MailFault::Broken),
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
            &server(silent.local_addr().expect("an address").port(), MailSecurity::None)
        ),
        Err(MailFault::Broken)
    );
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_opened_again() {
    for (ehlo, taken) in [(EHLO, TAKEN), (PIPELINING, TAKEN_AT_ONCE)] {
        for end in [&[][..], &[(TAKEN[0].0, "421 4.7.0 too many messages")], &[(TAKEN[0].0, "")]] {
            let (port, played) =
                play(vec![script(&[&[ehlo], &taken, end]), script(&[&[ehlo], &taken])], None);
            let servers = servers();
            assert_eq!(bring(&servers, &server(port, MailSecurity::None)), Ok(()));
            std::thread::sleep(Duration::from_millis(10));
            assert_eq!(bring(&servers, &server(port, MailSecurity::None)), Ok(()));
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
        let (port, played) = play(vec![script(&[&[EHLO], &TAKEN, &[("QUIT", "221 bye")]])], None);
        assert_eq!(bring(&servers, &server(port, MailSecurity::None)), Ok(()));
        all.push(played);
    }
    assert_eq!(servers.idle.lock().expect("not poisoned").len(), 2);
    assert_eq!(
        all.remove(0).join().expect("plays")[0].last().map(String::as_str),
        Some("QUIT\r\n")
    );
    drop(servers);
    for played in all {
        assert_eq!(played.join().expect("plays")[0].last().map(String::as_str), Some("QUIT\r\n"));
    }
}

#[test]
fn addresses_and_messages_beyond_ascii_go_only_where_they_are_taken() {
    let abroad = |ehlo, mail| {
        let taken =
            [(mail, "250 yes"), ("RCPT TO:<はな@example.jp>", "250 yes"), TAKEN[2], TAKEN[3]];
        let (port, played) = play(vec![script(&[&[ehlo], &taken])], None);
        let sent = servers().send(
            &server(port, MailSecurity::None),
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
    assert_eq!(abroad(EHLO, ""), Err(MailFault::Unfit));
    assert_eq!(abroad((EHLO.0, "250-here\r\n250 SMTPUTF8"), ""), Err(MailFault::Unfit));
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
            &MailServer { credentials: secret(), ..server(port, MailSecurity::None) },
        );
        (sent, played.join().expect("plays").remove(0))
    };
    let plain = ("AUTH PLAIN AG9mZmljZQBUT1BTRUNSRVQ=", "235 2.7.0 welcome");
    let login = [
        ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
        ("b2ZmaWNl", "334 UGFzc3dvcmQ6"),
        ("VE9QU0VDUkVU", "235 2.7.0 welcome"),
    ];
    assert_eq!(with(&[&[(EHLO.0, "250-here\r\n250 AUTH LOGIN PLAIN"), plain], &TAKEN]).0, Ok(()));
    assert_eq!(with(&[&[(EHLO.0, "250-here\r\n250 auth=login")], &login, &TAKEN]).0, Ok(()));
    assert_eq!(
        with(&[&[(EHLO.0, "250-here\r\n250 AUTH PLAIN"), (plain.0, "535 5.7.8 no")]]).0,
        no(SmtpStep::Session, 535, "5.7.8 no")
    );
    assert_eq!(
        with(&[&[(EHLO.0, "250-here\r\n250 AUTH PLAIN"), (plain.0, "454 4.7.0 later")]]).0,
        no(SmtpStep::Session, 454, "4.7.0 later")
    );
    assert_eq!(
        with(&[&[(EHLO.0, "250-here\r\n250 AUTH LOGIN"), login[0], (login[1].0, "535 no")]]).0,
        no(SmtpStep::Session, 535, "no")
    );
    assert_eq!(
        with(&[&[(EHLO.0, "250-here\r\n250 AUTH LOGIN"), ("AUTH LOGIN", "334 eA==")]]).0,
        Err(MailFault::NoLogin)
    );
    let (sent, heard) = with(&[&[(EHLO.0, "250-here\r\n250 AUTH GSSAPI")]]);
    assert_eq!((sent, heard.len()), (Err(MailFault::NoLogin), 1), "nothing goes without the login");
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
    security: MailSecurity,
    script: Script,
    tls: Arc<ServerConfig>,
    trusted: Arc<ClientConfig>,
) -> (Result<(), MailFault>, Vec<String>) {
    let (port, played) = play(vec![script], Some(tls));
    let servers = trusting(OnceLock::from(Some(trusted)));
    let server = MailServer {
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
        MailSecurity::Starttls,
        script(&[&[OFFER, START, TLS, INSIDE, LOGIN], &TAKEN]),
        Arc::clone(&tls),
        Arc::clone(&trusted),
    );
    assert_eq!(sent, Ok(()));
    let (sent, _) = encrypted(
        MailSecurity::Tls,
        [vec![TLS], script(&[&[INSIDE, LOGIN], &TAKEN])].concat(),
        Arc::clone(&tls),
        Arc::clone(&trusted),
    );
    assert_eq!(sent, Ok(()));
    // What was offered outside does not count inside.
    let (sent, heard) =
        encrypted(MailSecurity::Starttls, script(&[&[OFFER, START, TLS, EHLO]]), tls, trusted);
    assert_eq!((sent, heard.len()), (Err(MailFault::NoLogin), 3));
}

/// Where encryption is asked for, the program never says anything but EHLO and STARTTLS without it,
/// whatever the server or a machine in between does.
#[test]
fn nothing_goes_in_plain_where_encryption_is_asked_for() {
    let (tls, trusted) = certificate("localhost");
    let (other, stranger) = certificate("mail.example.jp");
    let all = |answer: &'static str| script(&[&[OFFER, ("STARTTLS", answer), LOGIN], &TAKEN]);
    let table = [
        // The offer is left out.
        (
            MailSecurity::Starttls,
            script(&[&[INSIDE, LOGIN], &TAKEN]),
            &tls,
            &trusted,
            Err(MailFault::Insecure),
        ),
        (
            MailSecurity::Starttls,
            script(&[&[(EHLO.0, "250 STARTTLS"), LOGIN], &TAKEN]),
            &tls,
            &trusted,
            Err(MailFault::Insecure),
        ),
        // It is refused.
        (
            MailSecurity::Starttls,
            all("454 4.7.0 not now"),
            &tls,
            &trusted,
            no(SmtpStep::Session, 454, "4.7.0 not now"),
        ),
        (
            MailSecurity::Starttls,
            all("502 5.5.1 what?"),
            &tls,
            &trusted,
            no(SmtpStep::Session, 502, "5.5.1 what?"),
        ),
        // It does not begin, and there are answers in plain where it should.
        (
            MailSecurity::Starttls,
            all("220 begin\r\n250 here\r\n235 welcome\r\n250 yes"),
            &tls,
            &trusted,
            Err(MailFault::Insecure),
        ),
        (
            MailSecurity::Starttls,
            script(&[&[OFFER, ("STARTTLS", "220 begin"), ("", "250 here"), LOGIN]]),
            &tls,
            &trusted,
            Err(MailFault::Insecure),
        ),
        (
            MailSecurity::Tls,
            script(&[&[INSIDE, LOGIN], &TAKEN]),
            &tls,
            &trusted,
            Err(MailFault::Insecure),
        ),
        // The certificate is for another name, or no authority signed it.
        (
            MailSecurity::Starttls,
            script(&[&[OFFER, START, TLS, INSIDE]]),
            &other,
            &stranger,
            Err(MailFault::Insecure),
        ),
        (
            MailSecurity::Tls,
            vec![TLS, ("", "220 here")],
            &other,
            &stranger,
            Err(MailFault::Insecure),
        ),
        (
            MailSecurity::Starttls,
            script(&[&[OFFER, START, TLS, INSIDE]]),
            &tls,
            &stranger,
            Err(MailFault::Insecure),
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
        !nobody.can_reach(&server(1, MailSecurity::Tls))
            && nobody.can_reach(&server(1, MailSecurity::None))
    );
    assert!(
        !servers()
            .can_reach(&MailServer { host: "no name".to_owned(), ..server(1, MailSecurity::Tls) })
    );
}

#[test]
fn answers_are_read_as_they_are() {
    let read = |text: &str| read_reply(&mut text.as_bytes());
    let reply = |code, lines: &[&str]| {
        Some(SmtpReply { code, lines: lines.iter().map(|line| (*line).to_owned()).collect() })
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
    let enhanced = |code, text: &str| SmtpReply { code, lines: vec![text.to_owned()] }.enhanced();
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
