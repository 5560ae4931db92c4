//! The hashes of the cipher suites, and HMAC over them.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256, Sha384};
use subtle::ConstantTimeEq;

/// The longest output, SHA-384's, in bytes.
pub(super) const MAX_HASH_LEN: usize = 48;

/// A hash that a PSK or a cipher suite is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// SHA-256, the hash of a PSK unless it was provisioned for another.
    Sha256,
    /// SHA-384.
    Sha384,
}

impl HashAlgorithm {
    /// All hashes.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha384];

    /// `Hash.length`, in bytes.
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => MAX_HASH_LEN,
        }
    }

    /// Its usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
        }
    }

    /// The identifier of HKDF over this hash, a `target_kdf` (RFC 9258 section 10).
    pub const fn kdf_id(self) -> u16 {
        match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
        }
    }

    /// A new running hash.
    pub fn hasher(self) -> Hasher {
        match self {
            Self::Sha256 => Hasher::Sha256(Sha256::new()),
            Self::Sha384 => Hasher::Sha384(Sha384::new()),
        }
    }

    /// The hash of `data`.
    pub fn digest(self, data: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(data);
        let digest = hasher.finish();
        super::steps::step("hash", self.name(), "", &[("message", data)], digest.as_ref());
        digest
    }

    /// HMAC (RFC 2104) with a key of any length.
    pub fn hmac(self, key: &[u8], data: &[u8]) -> Digest {
        match self {
            Self::Sha256 => mac::<Hmac<Sha256>>(key, data),
            Self::Sha384 => mac::<Hmac<Sha384>>(key, data),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Digest {
    // HMAC uses a key as long as the hash's block, pads a shorter one with zeros and hashes a longer one.
    // `new_from_slice` does this; it fails only for other MACs.
    match <M as KeyInit>::new_from_slice(key) {
        Ok(mac) => Digest::new(&mac.chain_update(data).finalize().into_bytes()),
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

/// A running hash.
#[derive(Clone)]
pub enum Hasher {
    /// Over SHA-256.
    Sha256(Sha256),
    /// Over SHA-384.
    Sha384(Sha384),
}

impl Hasher {
    /// Adds data.
    pub fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(data),
            Self::Sha384(hasher) => hasher.update(data),
        }
    }

    /// The hash of all data.
    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(hasher) => Digest::new(&hasher.finalize()),
            Self::Sha384(hasher) => Digest::new(&hasher.finalize()),
        }
    }

    /// The hash so far; more can be added.
    pub fn peek(&self) -> Digest {
        self.clone().finish()
    }
}

/// The output of a hash or a MAC. Shown in hexadecimal, as it is not a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    bytes: [u8; MAX_HASH_LEN],
    len: usize,
}

impl Digest {
    fn new(output: &[u8]) -> Self {
        let mut bytes = [0; MAX_HASH_LEN];
        for (to, from) in bytes.iter_mut().zip(output) {
            *to = *from;
        }
        Self { bytes, len: output.len().min(MAX_HASH_LEN) }
    }

    /// Compares in constant time; only the length may affect the time.
    pub fn ct_eq(&self, other: &[u8]) -> bool {
        self.as_ref().ct_eq(other).into()
    }

    /// The output padded with zeros, for a caller that makes a secret of it.
    pub(super) fn into_bytes(self) -> [u8; MAX_HASH_LEN] {
        self.bytes
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
