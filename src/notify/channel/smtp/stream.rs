//! The bytes between here and a mail server, in plain or encrypted.

use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::reply::MailFault;
use super::server::MailServer;

/// The times to wait for a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a connection.
    pub(super) connect: Duration,
    /// For the answer to a command, and until what is written is taken (RFC 5321, section 4.5.3.2).
    pub(super) command: Duration,
    /// For the answer to a whole message: a server that is given up too early may deliver it all
    /// the same, and then twice (RFC 5321, section 4.5.3.2.6).
    pub(super) message: Duration,
}

/// The patience of a real sending.
pub(super) const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(30),
    command: Duration::from_secs(300),
    message: Duration::from_secs(600),
};
/// A connection's bytes.
pub(super) enum MailStream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl MailStream {
    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for MailStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }
}

impl Write for MailStream {
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

/// Connects to a server, at the first of its addresses that answers.
pub(super) fn connect(server: &MailServer, patience: Patience) -> io::Result<TcpStream> {
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

/// Returns how this machine names itself: by its address, as it may have no name (RFC 5321, section
/// 4.1.4).
pub(super) fn own_name(socket: &TcpStream) -> ClientId {
    match socket.local_addr().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::default(),
    }
}

/// Encrypts a connection; tells a certificate that does not hold from a connection that breaks.
pub(super) fn encrypt(
    mut socket: TcpStream,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> Result<MailStream, MailFault> {
    let mut tls = ClientConnection::new(config, name).map_err(|_| MailFault::Insecure)?;
    while tls.is_handshaking() {
        tls.complete_io(&mut socket).map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData {
                MailFault::Insecure
            } else {
                MailFault::Broken
            }
        })?;
    }
    Ok(MailStream::Tls(Box::new(StreamOwned::new(tls, socket))))
}

/// Makes a message ready for the wire: a dot at the beginning of a line is doubled, and a line with
/// a dot alone ends it (RFC 5321, section 4.5.2).
pub(super) fn stuffed(message: &[u8]) -> Vec<u8> {
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
