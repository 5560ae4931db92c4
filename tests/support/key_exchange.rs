//! The crate's key exchange, compiled once more over randomness that a test can choose.
//!
//! In the crate a private key comes from randomness and from nowhere else, so a published one cannot enter. The source
//! file is the crate's own; only [`Random`] is another. Its paths begin at `crate`: the test's root has to import
//! `wire`.

pub use tls_psk::crypto::CryptoError;

/// Takes the place of the crate's own: what it gives is what it was told.
pub struct Random(pub [u8; 32]);

impl Random {
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        self.0.as_slice().try_into().expect("private keys of 32 bytes")
    }
}

#[allow(dead_code, reason = "the tests agree, they do not negotiate")]
#[path = "../../src/crypto/group.rs"]
pub mod group;
