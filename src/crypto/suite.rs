//! The supported cipher suites (RFC 9846 appendix B.4).

use core::fmt;

use super::aead_algorithm::AeadAlgorithm;
use super::hash::HashAlgorithm;
use crate::newtype::for_tools;
use crate::wire::CipherSuite;

/// A cipher suite that is supported, so that its hash and its AEAD are known. [`CipherSuite`] is any code point.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suite {
    /// `TLS_AES_128_GCM_SHA256`
    Aes128Gcm,
    /// `TLS_AES_256_GCM_SHA384`
    Aes256Gcm,
    /// `TLS_CHACHA20_POLY1305_SHA256`
    ChaCha20Poly1305,
}

impl Suite {
    /// All of them, most preferred first: without hardware instructions, as in WebAssembly, ChaCha20-Poly1305 is four
    /// times as fast as AES.
    pub const ALL: [Self; 3] = [Self::ChaCha20Poly1305, Self::Aes128Gcm, Self::Aes256Gcm];

    /// The suite with this code point, or `None` if it is not supported.
    #[must_use]
    pub const fn of(code_point: CipherSuite) -> Option<Self> {
        match code_point {
            CipherSuite::TLS_AES_128_GCM_SHA256 => Some(Self::Aes128Gcm),
            CipherSuite::TLS_AES_256_GCM_SHA384 => Some(Self::Aes256Gcm),
            CipherSuite::TLS_CHACHA20_POLY1305_SHA256 => Some(Self::ChaCha20Poly1305),
            _ => None,
        }
    }

    /// The code point on the wire.
    #[must_use]
    pub const fn code_point(self) -> CipherSuite {
        match self {
            Self::Aes128Gcm => CipherSuite::TLS_AES_128_GCM_SHA256,
            Self::Aes256Gcm => CipherSuite::TLS_AES_256_GCM_SHA384,
            Self::ChaCha20Poly1305 => CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        }
    }

    /// The hash of the transcript, the key schedule and the PSKs.
    #[must_use]
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::Aes128Gcm | Self::ChaCha20Poly1305 => HashAlgorithm::Sha256,
            Self::Aes256Gcm => HashAlgorithm::Sha384,
        }
    }

    for_tools! {
        /// The AEAD that protects records.
        pub const fn aead(self) -> AeadAlgorithm {
            match self {
                Self::Aes128Gcm => AeadAlgorithm::Aes128Gcm,
                Self::Aes256Gcm => AeadAlgorithm::Aes256Gcm,
                Self::ChaCha20Poly1305 => AeadAlgorithm::ChaCha20Poly1305,
            }
        }
    }
}

impl PartialEq<CipherSuite> for Suite {
    fn eq(&self, other: &CipherSuite) -> bool {
        self.code_point() == *other
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.code_point(), f)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.code_point(), f)
    }
}
