//! The parts of the cipher suites (RFC 9846 appendix B.4).

use super::aead_algorithm::AeadAlgorithm;
use super::hash::HashAlgorithm;
use crate::wire::CipherSuite;

/// The cipher suites, most preferred first: without hardware instructions, as in WebAssembly, ChaCha20-Poly1305 is
/// four times as fast as AES.
pub const SUPPORTED_SUITES: [CipherSuite; 3] = [
    CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
];

/// The hash of a suite, or `None` if the suite is not supported.
pub const fn hash_of(suite: CipherSuite) -> Option<HashAlgorithm> {
    match suite {
        CipherSuite::TLS_AES_128_GCM_SHA256 | CipherSuite::TLS_CHACHA20_POLY1305_SHA256 => {
            Some(HashAlgorithm::Sha256)
        }
        CipherSuite::TLS_AES_256_GCM_SHA384 => Some(HashAlgorithm::Sha384),
        _ => None,
    }
}

/// The AEAD of a suite, or `None` if the suite is not supported.
pub const fn aead_of(suite: CipherSuite) -> Option<AeadAlgorithm> {
    match suite {
        CipherSuite::TLS_AES_128_GCM_SHA256 => Some(AeadAlgorithm::Aes128Gcm),
        CipherSuite::TLS_AES_256_GCM_SHA384 => Some(AeadAlgorithm::Aes256Gcm),
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256 => Some(AeadAlgorithm::ChaCha20Poly1305),
        _ => None,
    }
}
