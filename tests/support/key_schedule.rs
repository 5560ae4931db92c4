//! The crate's `keys`, compiled once more around a shared secret that a test can choose.
//!
//! In the crate a shared secret comes from a key exchange and from nowhere else, so a published one cannot enter
//! the key schedule. The source files are the crate's own; only [`crypto::SharedSecret`] is another. Their paths
//! begin at `crate`: the test's root has to import [`crypto`] and [`wire`].

#[allow(dead_code, unused_imports, reason = "nothing is recorded here")]
#[path = "../../src/crypto/steps.rs"]
pub(crate) mod steps;

pub mod crypto {
    pub(crate) use super::steps;
    pub use tls_psk::crypto::*;

    /// Replaces the crate's own type.
    pub struct SharedSecret(Vec<u8>);

    impl SharedSecret {
        pub fn new(bytes: &[u8]) -> Self {
            Self(bytes.to_vec())
        }

        pub fn as_bytes(&self) -> &[u8] {
            &self.0
        }
    }
}

pub use tls_psk::wire;

#[allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]
#[path = "../../src/keys/mod.rs"]
pub mod keys;
