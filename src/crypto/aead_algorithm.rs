//! The AEADs of the cipher suites, by name (RFC 5116, RFC 8439).

/// `iv_length`: the nonce of every suite, in bytes.
pub const NONCE_LEN: usize = 12;
/// The authentication tag of every suite, in bytes.
pub const TAG_LEN: usize = 16;

/// The AEAD of a cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AeadAlgorithm {
    /// `AEAD_AES_128_GCM`
    Aes128Gcm,
    /// `AEAD_AES_256_GCM`
    Aes256Gcm,
    /// `AEAD_CHACHA20_POLY1305`
    ChaCha20Poly1305,
}

impl AeadAlgorithm {
    /// `key_length`, in bytes.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    /// How many records may be protected with one key (RFC 9846 section 5.5). ChaCha20-Poly1305 has no limit below that
    /// of the sequence number.
    pub const fn record_limit(self) -> u64 {
        match self {
            // 2^24.5 full records.
            Self::Aes128Gcm | Self::Aes256Gcm => 23_726_566,
            Self::ChaCha20Poly1305 => u64::MAX - 1,
        }
    }
}
