//! The sender's proof to push services of who it is: a pair of keys, and tokens signed with it
//! (VAPID, RFC 8292).

use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;

use super::base64url::{from_base64url, to_base64url};
use super::encryption::PUBLIC_KEY;

/// A pair of keys.
pub struct Pair {
    key: EcdsaKeyPair,
    random: SystemRandom,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Why keys are no pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPair {
    /// The private key is not 32 bytes in base64url.
    #[error("the private key has another form")]
    Private,
    /// One of them is no key, or they are of two pairs.
    #[error("the keys do not belong together")]
    Apart,
}

impl Pair {
    /// Joins a private and a public key, both in base64url.
    ///
    /// # Errors
    /// Fails where they are no pair.
    pub fn new(private: &str, public: &str) -> Result<Self, NoPair> {
        let private: [u8; 32] = from_base64url(private).ok_or(NoPair::Private)?;
        let public: [u8; PUBLIC_KEY] = from_base64url(public).ok_or(NoPair::Apart)?;
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &private,
            &public,
            &random,
        )
        .map_err(|_| NoPair::Apart)?;
        Ok(Self { key, random })
    }

    /// Makes a new pair and returns it as base64url: the private key and the public one.
    ///
    /// # Errors
    /// Fails where the machine has no chance to give.
    pub fn generate() -> Result<(String, String), NoPair> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| NoPair::Private)?;
        // RFC 5958 around RFC 5915, always in the same places: the private key after 36 bytes, the
        // public one at the end.
        let bytes = document.as_ref();
        let (private, public) =
            bytes.get(36..68).zip(bytes.last_chunk::<PUBLIC_KEY>()).ok_or(NoPair::Private)?;
        let (private, public) = (to_base64url(private), to_base64url(public));
        Self::new(&private, &public)?;
        Ok((private, public))
    }

    /// Writes the value of `Authorization` for the push service of an origin.
    pub fn authorization(&self, origin: &str, contact: &str, expires: Timestamp) -> Option<String> {
        let part = |value: serde_json::Value| to_base64url(value.to_string().as_bytes());
        let head = part(json!({"typ": "JWT", "alg": "ES256"}));
        let claims = part(json!({"aud": origin, "exp": expires.as_second(), "sub": contact}));
        let signed = format!("{head}.{claims}");
        let signature = self.key.sign(&self.random, signed.as_bytes()).ok()?;
        Some(format!(
            "vapid t={signed}.{}, k={}",
            to_base64url(signature.as_ref()),
            to_base64url(self.key.public_key().as_ref())
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::municipality::notify::is_public_key;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn a_token_says_who_where_and_until_when() {
        let (private, public) = Pair::generate().expect("a pair");
        let pair = Pair::new(&private, &public).expect("a pair");
        let authorization = pair
            .authorization(
                "https://push.example.jp",
                "mailto:a@example.jp",
                "2026-11-21T12:00:00Z".parse().expect("a moment"),
            )
            .expect("signed");
        let (token, key) = authorization
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(", k="))
            .expect("the form");
        assert_eq!(key, public);
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let signature: [u8; 64] = from_base64url(signature).expect("64 bytes");
        let public: [u8; PUBLIC_KEY] = from_base64url(&public).expect("a key");
        assert!(
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
                .verify(signed.as_bytes(), &signature)
                .is_ok()
        );
        let claims = to_base64url(
            br#"{"aud":"https://push.example.jp","exp":1795262400,"sub":"mailto:a@example.jp"}"#,
        );
        assert!(signed.ends_with(&format!(".{claims}")), "{signed}");
        assert_eq!(format!("{pair:?}"), "***");
    }

    #[test]
    fn what_is_no_pair() {
        let ((private, public), (other, _)) =
            (Pair::generate().expect("a pair"), Pair::generate().expect("a pair"));
        assert!(private != other && is_public_key(&public) && !is_public_key(&private));
        assert_eq!(Pair::new(&other, &public).expect_err("two pairs"), NoPair::Apart);
        assert_eq!(Pair::new(&public, &private).expect_err("the wrong way round"), NoPair::Private);
        assert_eq!(Pair::new("", &public).expect_err("nothing"), NoPair::Private);
        assert_eq!(
            Pair::new(&private, &to_base64url(&[4; PUBLIC_KEY])).expect_err("no point"),
            NoPair::Apart
        );
        assert_eq!(
            Pair::new(&to_base64url(&[0; 32]), &public).expect_err("no number"),
            NoPair::Apart
        );
    }
}
