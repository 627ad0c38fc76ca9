//! What a municipality settles of its notices: to whom, by which channels, at which hours. No
//! secret stands here.

mod channel;
mod email;
mod endpoint;
mod fault;
mod line;
mod quiet_hours;
mod segment;
mod setting;
mod web_push;

pub use channel::{Channel, ChannelSettings};
pub use email::{Email, MailSecurity};
pub use endpoint::{is_loopback, origin};
pub use line::{Line, LineTo};
pub use quiet_hours::QuietHours;
pub use segment::Segment;
pub use setting::{NOTIFY, Notify};
pub use web_push::{WebPush, is_public_key};
