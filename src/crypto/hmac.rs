//! HMAC (RFC 2104) over the hashes of the cipher suites.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384};

use super::hash::{Digest, HashAlgorithm};
use crate::newtype::for_tools;

/// A key of HMAC, for any number of messages. The two blocks of the padded key are hashed once.
///
/// It wipes itself, and has no `Debug`.
#[derive(Clone)]
pub enum HmacKey {
    /// Over SHA-256.
    Sha256(Hmac<Sha256>),
    /// Over SHA-384.
    Sha384(Hmac<Sha384>),
}

impl HmacKey {
    /// A key of any length.
    pub fn new(hash: HashAlgorithm, key: &[u8]) -> Self {
        match hash {
            HashAlgorithm::Sha256 => Self::Sha256(keyed(key)),
            HashAlgorithm::Sha384 => Self::Sha384(keyed(key)),
        }
    }

    /// The MAC of a message.
    pub fn mac(&self, message: &[u8]) -> Digest {
        match self {
            Self::Sha256(mac) => finish(mac.clone(), message),
            Self::Sha384(mac) => finish(mac.clone(), message),
        }
    }
}

impl HashAlgorithm {
    for_tools! {
        /// HMAC (RFC 2104) with a key of any length.
        pub fn hmac(self, key: &[u8], data: &[u8]) -> Digest {
            HmacKey::new(self, key).mac(data)
        }
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> M {
    // HMAC uses a key as long as the hash's block, pads a shorter one with zeros and hashes a longer one.
    // `new_from_slice` does this; it fails only for other MACs.
    match M::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

fn finish(mac: impl Mac, message: &[u8]) -> Digest {
    Digest::new(&mac.chain_update(message).finalize().into_bytes())
}
