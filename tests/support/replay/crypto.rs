//! The crate's `crypto`, with published values where it has random ones.

#[path = "../../../src/crypto/aead.rs"]
mod aead;
#[path = "../../../src/crypto/group/mod.rs"]
mod group;
#[path = "../../../src/crypto/hash.rs"]
mod hash;
#[path = "../../../src/crypto/hkdf.rs"]
mod hkdf;
#[path = "random.rs"]
mod random;
#[path = "../../../src/crypto/sealing.rs"]
mod sealing;
#[path = "../../../src/crypto/secret.rs"]
mod secret;
#[path = "signature.rs"]
pub mod signature;
#[path = "../../../src/crypto/steps.rs"]
pub(crate) mod steps;
#[path = "../../../src/crypto/suite.rs"]
mod suite;

pub use aead::{AeadAlgorithm, AeadKey, NONCE_LEN, TAG_LEN};
pub use group::{KeyShare, SUPPORTED_GROUPS, SharedSecret, is_supported, respond};
pub use hash::{Digest, HashAlgorithm, Hasher};
pub use hkdf::{expand, expand_label, expand_label_secret, extract};
pub use random::Random;
pub use sealing::{SEALING_KEY_LEN, SealingKeys};
pub use secret::Secret;
pub use suite::{SUPPORTED_SUITES, aead_of, hash_of};
pub use tls_psk::crypto::CryptoError;
