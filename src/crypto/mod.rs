//! Hashes, key derivation, AEADs, groups and randomness: the only layer that names a crypto crate.

mod aead;
mod aead_algorithm;
mod group;
mod hash;
mod hkdf;
mod hmac;
mod platform;
mod random;
mod sealing;
mod secret;
#[cfg(feature = "certificates")]
pub mod signature;
#[cfg(not(tls_psk_steps))]
pub(crate) mod steps;
#[cfg(tls_psk_steps)]
pub mod steps;
mod suite;

pub use aead::AeadKey;
pub use aead_algorithm::{AeadAlgorithm, NONCE_LEN, TAG_LEN};
pub use group::{KeyShare, SUPPORTED_GROUPS, SharedSecret, is_supported, respond};
pub use hash::{Digest, HashAlgorithm, Hasher};
pub use hkdf::{Prk, expand, expand_label, extract};
pub use hmac::HmacKey;
pub use platform::{AeadInputs, PlatformAead, use_platform_aead};
pub use random::Random;
pub use sealing::{SEALING_KEY_LEN, SealingKeys};
pub use secret::Secret;
pub use suite::Suite;

use crate::error::named_errors;

named_errors! {
    /// Why a cryptographic operation failed.
    CryptoError {
        BadPeerShare => "the peer's key share is not valid for its group";
        Decrypt => "the authentication tag does not match";
        KeyLength => "the key has the wrong length for its algorithm";
        OutputLength => "more output than the key derivation can produce";
        PlaintextLength => "more plaintext than the AEAD can take";
        #[cfg(feature = "certificates")]
        PrivateKey => "the private key is not supported, or cannot be decoded";
        #[cfg(all(feature = "certificates", not(feature = "rsa-signing")))]
        RsaSigning => "this build cannot sign with RSA keys, which must be external";
        Random => "the platform provides no randomness";
        #[cfg(feature = "certificates")]
        Signing => "the private key cannot sign";
        #[cfg(feature = "certificates")]
        UnsupportedScheme => "the signature scheme does not fit the key";
        UnsupportedGroup => "the key exchange group is not supported";
    }
}
