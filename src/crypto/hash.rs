//! The hashes of the cipher suites.

use core::fmt;

use sha2::{Digest as _, Sha256, Sha384};
use subtle::ConstantTimeEq;

use crate::newtype::for_tools;

/// The longest output, SHA-384's, in bytes.
pub(super) const MAX_HASH_LEN: usize = 48;

const SHA256_OF_NOTHING: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

const SHA384_OF_NOTHING: [u8; 48] = [
    0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a,
    0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43, 0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda,
    0x27, 0x4e, 0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b,
];

/// A hash that a PSK or a cipher suite is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => MAX_HASH_LEN,
        }
    }

    /// Its usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
        }
    }

    /// The identifier of HKDF over this hash, a `target_kdf` ([RFC 9258 section 10]).
    ///
    /// [RFC 9258 section 10]: https://www.rfc-editor.org/rfc/rfc9258#section-10
    #[must_use]
    pub const fn kdf_id(self) -> u16 {
        match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
        }
    }

    for_tools! {
        /// A new running hash.
        pub fn hasher(self) -> Hasher {
            match self {
                Self::Sha256 => Hasher::Sha256(Sha256::new()),
                Self::Sha384 => Hasher::Sha384(Sha384::new()),
            }
        }
    }

    for_tools! {
        /// The hash of `data`.
        pub fn digest(self, data: &[u8]) -> Digest {
            let mut hasher = self.hasher();
            hasher.update(data);
            let digest = hasher.finish();
            super::steps::step("hash", self.name(), "", &[("message", data)], digest.as_ref());
            digest
        }
    }

    for_tools! {
        /// The hash of no bytes, the transcript of each `Derive-Secret(., label, "")`. It is a constant.
        pub fn digest_of_nothing(self) -> Digest {
            let digest = match self {
                Self::Sha256 => Digest::new(&SHA256_OF_NOTHING),
                Self::Sha384 => Digest::new(&SHA384_OF_NOTHING),
            };
            super::steps::step("hash", self.name(), "", &[("message", &[])], digest.as_ref());
            digest
        }
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
    pub(super) fn new(output: &[u8]) -> Self {
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
