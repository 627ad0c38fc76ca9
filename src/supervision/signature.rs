//! Signatures by key, in the format of `ssh-keygen -Y sign` (OpenSSH, PROTOCOL.sshsig).
//!
//! The real `ssh-keygen` makes them, so that passphrases, agents and hardware keys work. They are
//! verified here, so that a build needs no other program. `ssh-keygen -Y verify -n ubugi` comes to
//! the same verdict. Whether a signature counts for a text is decided in `standing`.

use ssh_key::{Algorithm, EcdsaCurve, PublicKey, SshSig};

/// The namespace of signatures: one made for another purpose does not count here.
pub const NAMESPACE: &str = "ubugi";

/// Returns whether signatures by a key can be verified.
pub fn is_supported(key: &PublicKey) -> bool {
    matches!(
        key.algorithm(),
        Algorithm::Ed25519
            | Algorithm::SkEd25519
            | Algorithm::SkEcdsaSha2NistP256
            | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }
    )
}

/// Returns whether one of these keys made this signature over these bytes.
pub fn is_valid(keys: &[PublicKey], message: &[u8], signature: &[u8]) -> bool {
    std::str::from_utf8(signature)
        .ok()
        .and_then(|text| SshSig::from_pem(text.trim_end().as_bytes()).ok())
        .is_some_and(|signature| {
            // The key in the signature is only a claim, so the signature is verified with the
            // reviewer's key.
            keys.iter().any(|key| key.verify(NAMESPACE, message, &signature).is_ok())
        })
}
