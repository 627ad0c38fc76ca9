//! The encryption of a message for one browser (RFC 8291), in one record of `aes128gcm` (RFC 8188).

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use super::base64url::from_base64url;

/// The longest body that every push service takes (RFC 8030, section 7.2).
const LONGEST_BODY: usize = 4096;
/// What stands before the record: salt, size of a record, length of the key's id, and the sender's
/// public key as that id.
const HEADER: usize = 16 + 4 + 1 + PUBLIC_KEY;
/// The tag of the cipher and the delimiter of the padding.
const OVERHEAD: usize = 16 + 1;
/// Bytes of a public key on P-256 without compression.
pub const PUBLIC_KEY: usize = 65;

/// The longest message (RFC 8291, section 4).
pub const LONGEST: usize = LONGEST_BODY - HEADER - OVERHEAD;

/// The keys of one subscription, which its browser made.
#[derive(Clone, PartialEq, Eq)]
pub struct Receiver {
    public: [u8; PUBLIC_KEY],
    auth: [u8; 16],
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Receiver {
    /// Reads `keys.p256dh` and `keys.auth` of a subscription, as browsers write them.
    pub fn parse(p256dh: &str, auth: &str) -> Option<Self> {
        let public: [u8; PUBLIC_KEY] = from_base64url(p256dh)?;
        (public[0] == 4).then_some(Self { public, auth: from_base64url(auth)? })
    }
}

/// Encrypts a message under keys that are made for it alone; no two bodies are alike.
///
/// # Errors
/// Fails on a message longer than [`LONGEST`], and on a public key that is no point of the curve.
pub fn encrypt(
    message: &[u8],
    to: &Receiver,
    random: &SystemRandom,
) -> Result<Vec<u8>, Unspecified> {
    let own = EphemeralPrivateKey::generate(&ECDH_P256, random)?;
    let own_public = own.compute_public_key()?;
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    agree_ephemeral(own, &UnparsedPublicKey::new(&ECDH_P256, &to.public), |shared| {
        seal(message, to, shared, own_public.as_ref(), &salt)
    })?
}

/// Derives key and nonce from a shared secret (RFC 8291, section 3.4) and writes the body (RFC
/// 8188, section 2).
fn seal(
    message: &[u8],
    to: &Receiver,
    shared: &[u8],
    own_public: &[u8],
    salt: &[u8; 16],
) -> Result<Vec<u8>, Unspecified> {
    if message.len() > LONGEST {
        return Err(Unspecified);
    }
    let mut keying = [0; 32];
    Salt::new(HKDF_SHA256, &to.auth)
        .extract(shared)
        .expand(&[b"WebPush: info\0", &to.public, own_public], HKDF_SHA256)?
        .fill(&mut keying)?;
    let derived = Salt::new(HKDF_SHA256, salt).extract(&keying);
    let key = LessSafeKey::new(UnboundKey::from(
        derived.expand(&[b"Content-Encoding: aes128gcm\0"], &AES_128_GCM)?,
    ));
    let mut nonce = [0; 12];
    derived.expand(&[b"Content-Encoding: nonce\0"], NonceLength)?.fill(&mut nonce)?;
    let mut record = Vec::with_capacity(message.len() + OVERHEAD);
    record.extend_from_slice(message);
    // The last record, without padding.
    record.push(2);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    let mut body = Vec::with_capacity(HEADER + record.len());
    body.extend_from_slice(salt);
    body.extend_from_slice(&4096_u32.to_be_bytes());
    body.push(u8::try_from(own_public.len()).map_err(|_| Unspecified)?);
    body.extend_from_slice(own_public);
    body.extend_from_slice(&record);
    Ok(body)
}

struct NonceLength;

impl KeyType for NonceLength {
    fn len(&self) -> usize {
        12
    }
}

#[cfg(test)]
mod tests {
    use super::super::base64url::to_base64url;
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// RFC 8291, section 5 and appendix A.
    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    #[test]
    fn the_vector_of_the_rfc() {
        let to = Receiver::parse(P256DH, AUTH).expect("keys");
        let own_public = bytes(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let shared = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let body =
            seal(b"When I grow up, I want to be a watermelon", &to, &shared, &own_public, &salt)
                .expect("sealed");
        assert_eq!(
            to_base64url(&body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn the_longest_message_fits_and_no_body_comes_twice() {
        let (to, random) = (Receiver::parse(P256DH, AUTH).expect("keys"), SystemRandom::new());
        assert_eq!(LONGEST, 3993);
        let message = vec![b'x'; LONGEST];
        let (one, other) = (
            encrypt(&message, &to, &random).expect("sealed"),
            encrypt(&message, &to, &random).expect("sealed"),
        );
        assert_eq!(one.len(), LONGEST_BODY);
        assert!(
            one[..16] != other[..16]
                && one[21..HEADER] != other[21..HEADER]
                && one[HEADER..] != other[HEADER..]
        );
        assert!(encrypt(&[0; LONGEST + 1], &to, &random).is_err());
    }

    #[test]
    fn keys_that_are_none() {
        assert!(
            Receiver::parse(&format!("{P256DH}="), &format!("{AUTH}==")).is_some(),
            "some libraries write the padding"
        );
        let compressed = to_base64url(&[3; 33]);
        for (p256dh, auth) in
            [(P256DH, ""), ("", AUTH), (AUTH, P256DH), (&compressed, AUTH), ("あ", AUTH)]
        {
            assert!(Receiver::parse(p256dh, auth).is_none(), "{p256dh}");
        }
        let nowhere =
            Receiver::parse(&to_base64url(&[4; PUBLIC_KEY]), AUTH).expect("the form of a key");
        assert!(encrypt(b"x", &nowhere, &SystemRandom::new()).is_err(), "no point of the curve");
        assert_eq!(format!("{nowhere:?}"), "***");
    }
}
