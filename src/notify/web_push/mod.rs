//! What Web Push needs besides requests: the sender's keys (RFC 8292), the encryption of a message
//! for one browser (RFC 8291), and what may be an address of a subscription.
//! `notify::channel::web_push` makes the requests.

pub mod base64url;
pub mod encryption;
pub mod endpoint;
pub mod vapid;
