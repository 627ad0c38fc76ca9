//! Connections to mail servers that are open and idle, kept for the next message.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lettre::Address;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::connection::SmtpConnection;
use super::reply::MailFault;
use super::server::MailServer;
use super::stream::{PATIENCE, Patience};
use crate::municipality::notify::MailSecurity;

/// Connections to mail servers that are open and not in use.
pub struct MailServers {
    pub(super) idle: Mutex<VecDeque<(MailServer, SmtpConnection)>>,
    pub(super) most: usize,
    pub(super) patience: Patience,
    pub(super) tls: OnceLock<Option<Arc<ClientConfig>>>,
}

impl fmt::Debug for MailServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServers").field("most", &self.most).finish_non_exhaustive()
    }
}

impl MailServers {
    /// Begins without connections; keeps at most so many, for all servers together.
    pub fn new(most: usize) -> Self {
        Self { idle: Mutex::default(), most, patience: PATIENCE, tls: OnceLock::new() }
    }

    /// Returns whether a server can be spoken to as its settings want it: what its name is worth
    /// for a certificate, and whether this machine knows any authority.
    pub fn can_reach(&self, server: &MailServer) -> bool {
        server.security == MailSecurity::None
            || (server.certified_name().is_some() && self.tls().is_some())
    }

    /// Brings one message to a server.
    ///
    /// # Errors
    /// Returns why the server has not taken it.
    pub fn send(
        &self,
        server: &MailServer,
        from: &Address,
        to: &Address,
        message: &[u8],
    ) -> Result<(), MailFault> {
        if let Some(mut connection) = self.take(server) {
            let sent = connection.send(from, to, message);
            // MailServers close what was idle for long or has brought many messages; then nothing
            // was said yet.
            if !connection.is_stale {
                self.keep(server, connection);
                return sent;
            }
        }
        let mut connection = SmtpConnection::open(server, self.patience, || self.tls())?;
        let sent = connection.send(from, to, message);
        self.keep(server, connection);
        sent
    }

    fn take(&self, server: &MailServer) -> Option<SmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let at = idle.iter().rposition(|(of, _)| of == server)?;
        idle.remove(at).map(|(_, connection)| connection)
    }

    fn keep(&self, server: &MailServer, connection: SmtpConnection) {
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

impl Drop for MailServers {
    fn drop(&mut self) {
        for (_, connection) in
            std::mem::take(self.idle.get_mut().unwrap_or_else(PoisonError::into_inner))
        {
            connection.leave();
        }
    }
}
