//! The identity by which a notice, or one delivery of it, is known in the outbox, in the ledger and
//! to the receiver.
//!
//! An identity is made from what must stay the same when something is sent again. It therefore
//! never depends on the day, on the text or on the order of an outbox.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// The identity of a notice or of one delivery: 128 bits of a SHA-256, written as a UUID of version
/// 8 (RFC 9562, section 5.8).
///
/// As a UUID it serves as LINE's retry key as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(u128);

impl NoticeId {
    /// Makes an identity from its parts; no two lists of parts have the same.
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let mut bits =
            digest.iter().take(16).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        bits = bits & !(0xf << 76) | 8 << 76;
        bits = bits & !(0x3 << 62) | 0x2 << 62;
        Self(bits)
    }

    /// Returns its bytes, for where a UUID is too long.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            bits >> 80 & 0xffff,
            bits >> 64 & 0xffff,
            bits >> 48 & 0xffff,
            bits & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not a UUID.
#[derive(Debug, thiserror::Error)]
#[error("not a UUID")]
pub struct NotANoticeId;

impl FromStr for NoticeId {
    type Err = NotANoticeId;

    fn from_str(text: &str) -> Result<Self, NotANoticeId> {
        let well_formed = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| {
                if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            });
        if !well_formed {
            return Err(NotANoticeId);
        }
        u128::from_str_radix(&text.replace('-', ""), 16).map(Self).map_err(|_| NotANoticeId)
    }
}

impl Serialize for NoticeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NoticeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
