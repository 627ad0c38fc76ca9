//! The client's side of SMTP (RFC 5321): connections to mail servers, encrypted as the settings
//! say, kept open from one message to the next.
//!
//! The words are `lettre`'s; the wire is our own. `lettre` 0.11.23, the newest release on
//! 2026-12-01, writes a message and its closing dot in two packets and does not turn off Nagle's
//! algorithm (RFC 896), so that each message waits for a delayed acknowledgement. `lettre` has
//! merged a change that sets `TCP_NODELAY` (September 2026): with the release that has it, this
//! folder can give way to `lettre`'s transport. Until then everything that can go together goes in
//! one write, on sockets that do not wait. The commands before a message go without waiting for
//! each answer where the server takes that (RFC 2920).

mod connection;
mod offers;
mod pool;
mod reply;
mod server;
mod stream;

pub use pool::MailServers;
pub use reply::{MailFault, SmtpReply, SmtpStep};
pub use server::MailServer;

#[cfg(test)]
mod tests;
