//! The crate's key exchange, compiled once more over randomness that a test can choose.
//!
//! In the crate a private key comes from randomness and from nowhere else, so a published one cannot enter. The source
//! files are the crate's own; only [`Random`] is another. Their paths begin at `crate`: the test's root has to import
//! `wire`.

pub use tls_psk::crypto::CryptoError;

/// Replaces the crate's own type: it returns the given bytes, from the front.
pub struct Random(pub Vec<u8>);

impl Random {
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let rest = self.0.split_off(N);
        core::mem::replace(&mut self.0, rest).try_into().expect("N bytes")
    }
}

#[allow(dead_code, unused_imports, reason = "nothing is recorded here")]
#[path = "../../src/crypto/steps.rs"]
pub(crate) mod steps;

#[allow(dead_code, reason = "the tests agree, they do not negotiate")]
#[path = "../../src/crypto/group/mod.rs"]
pub mod group;
