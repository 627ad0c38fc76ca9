//! A mail server, and as whom the program speaks to it.

use std::fmt;

use lettre::transport::smtp::authentication::Credentials;
use rustls::pki_types::ServerName;

use crate::municipality::notify::MailSecurity;

/// A mail server, and as whom to speak to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The protection of the connection.
    pub security: MailSecurity,
    /// User and password.
    pub credentials: Option<Credentials>,
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl MailServer {
    /// Returns its name as a certificate has it, or `None` if no certificate can be for such a
    /// name.
    pub(super) fn certified_name(&self) -> Option<ServerName<'static>> {
        ServerName::try_from(self.host.clone()).ok()
    }
}
