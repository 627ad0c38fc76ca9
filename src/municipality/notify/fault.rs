//! The diagnostic of what cannot be used for notices.

use crate::diagnostic::{Message, codes};
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// Reports a value that cannot be used for notices.
pub(super) fn bad(decoder: &mut Decoder, node: &Node, message: Message, help: Message) {
    decoder.fault(codes::BAD_NOTIFY, node, message, help);
}
