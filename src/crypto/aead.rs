//! The AEADs of the cipher suites (RFC 5116, RFC 8439).

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use chacha20poly1305::ChaCha20Poly1305;

use zeroize::Zeroizing;

use super::CryptoError;
use super::aead_algorithm::{AeadAlgorithm, NONCE_LEN, TAG_LEN};
use super::platform::{self, AeadInputs};
use super::steps::{Kept, step};

/// An AEAD with its key. It wipes itself, and has no `Debug`.
pub struct AeadKey {
    algorithm: AeadAlgorithm,
    // The key schedule of AES takes hundreds of bytes; because it is boxed, moves leave no copy of it on the stack.
    key: Box<Key>,
    /// The key as it was given, for an implementation outside of this crate; `None` where none may be used.
    outside: Option<Zeroizing<Vec<u8>>>,
    bytes: Kept,
}

enum Key {
    Aes128Gcm(Aes128Gcm),
    Aes256Gcm(Aes256Gcm),
    ChaCha20Poly1305(ChaCha20Poly1305),
}

impl AeadKey {
    /// A key of exactly [`AeadAlgorithm::key_len`] bytes.
    pub fn new(algorithm: AeadAlgorithm, key: &[u8]) -> Result<Self, CryptoError> {
        match algorithm {
            AeadAlgorithm::Aes128Gcm => key.try_into().map(|key| Self::aes_128_gcm(key, false)),
            AeadAlgorithm::Aes256Gcm => key.try_into().map(|key| Self::aes_256_gcm(key, false)),
            AeadAlgorithm::ChaCha20Poly1305 => {
                key.try_into().map(|key| Self::chacha20_poly1305(key, false))
            }
        }
        .map_err(|_| CryptoError::KeyLength)
    }

    /// A key of `AEAD_AES_128_GCM`; if `by_platform`, for the platform's implementation, where `use_platform_aead`
    /// provided one.
    pub fn aes_128_gcm(key: &[u8; 16], by_platform: bool) -> Self {
        let cipher = Key::Aes128Gcm(Aes128Gcm::new(key.into()));
        Self::of(AeadAlgorithm::Aes128Gcm, cipher, key, by_platform)
    }

    /// A key of `AEAD_AES_256_GCM`; `by_platform` as for [`AeadKey::aes_128_gcm`].
    pub fn aes_256_gcm(key: &[u8; 32], by_platform: bool) -> Self {
        let cipher = Key::Aes256Gcm(Aes256Gcm::new(key.into()));
        Self::of(AeadAlgorithm::Aes256Gcm, cipher, key, by_platform)
    }

    /// A key of `AEAD_CHACHA20_POLY1305`; `by_platform` as for [`AeadKey::aes_128_gcm`].
    pub fn chacha20_poly1305(key: &[u8; 32], by_platform: bool) -> Self {
        let cipher = Key::ChaCha20Poly1305(ChaCha20Poly1305::new(key.into()));
        Self::of(AeadAlgorithm::ChaCha20Poly1305, cipher, key, by_platform)
    }

    fn of(algorithm: AeadAlgorithm, key: Key, bytes: &[u8], by_platform: bool) -> Self {
        let outside = (by_platform && platform::is_there()).then(|| Zeroizing::new(bytes.to_vec()));
        Self { algorithm, key: Box::new(key), outside, bytes: Kept::new(bytes) }
    }

    /// The algorithm of the key.
    pub fn algorithm(&self) -> AeadAlgorithm {
        self.algorithm
    }

    /// Encrypts `buffer` from `start` on in place, and appends the tag.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<(), CryptoError> {
        let text = buffer.get_mut(start..).unwrap_or_default();
        let (iv, plaintext) = (nonce, Kept::new(&*text));
        if let Some(tag) = self
            .for_outside(nonce, associated_data)
            .and_then(|inputs| platform::seal(&inputs, text))
        {
            buffer.extend_from_slice(&tag);
            return Ok(());
        }
        let nonce = &(*nonce).into();
        let tag = match &*self.key {
            Key::Aes128Gcm(key) => key.encrypt_inout_detached(nonce, associated_data, text.into()),
            Key::Aes256Gcm(key) => key.encrypt_inout_detached(nonce, associated_data, text.into()),
            Key::ChaCha20Poly1305(key) => {
                key.encrypt_inout_detached(nonce, associated_data, text.into())
            }
        }
        .map_err(|_| CryptoError::PlaintextLength)?;
        buffer.extend_from_slice(&tag);
        let sealed = buffer.get(start..).unwrap_or_default();
        self.explain("seal", iv, associated_data, ("plaintext", plaintext.bytes()), sealed);
        Ok(())
    }

    /// Decrypts a ciphertext with its tag in place; returns the plaintext, in the same memory. If the tag does not
    /// match, nothing was decrypted.
    pub fn open<'a>(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        ciphertext: &'a mut [u8],
    ) -> Result<&'a mut [u8], CryptoError> {
        let (iv, sealed) = (nonce, Kept::new(&*ciphertext));
        let (text, tag) =
            ciphertext.split_last_chunk_mut::<TAG_LEN>().ok_or(CryptoError::Decrypt)?;
        if self
            .for_outside(nonce, associated_data)
            .is_some_and(|inputs| platform::open(&inputs, text, tag))
        {
            return Ok(text);
        }
        let tag = &(*tag).into();
        let nonce = &(*nonce).into();
        match &*self.key {
            Key::Aes128Gcm(key) => {
                key.decrypt_inout_detached(nonce, associated_data, (&mut *text).into(), tag)
            }
            Key::Aes256Gcm(key) => {
                key.decrypt_inout_detached(nonce, associated_data, (&mut *text).into(), tag)
            }
            Key::ChaCha20Poly1305(key) => {
                key.decrypt_inout_detached(nonce, associated_data, (&mut *text).into(), tag)
            }
        }
        .map_err(|_| CryptoError::Decrypt)?;
        self.explain("open", iv, associated_data, ("ciphertext", sealed.bytes()), text);
        Ok(text)
    }

    fn for_outside<'a>(
        &'a self,
        nonce: &'a [u8; NONCE_LEN],
        associated_data: &'a [u8],
    ) -> Option<AeadInputs<'a>> {
        let key = self.outside.as_ref()?;
        Some(AeadInputs { algorithm: self.algorithm, key, nonce, associated_data })
    }

    #[inline(always)]
    fn explain(
        &self,
        operation: &'static str,
        nonce: &[u8],
        associated_data: &[u8],
        text: (&'static str, &[u8]),
        output: &[u8],
    ) {
        let algorithm = match self.algorithm {
            AeadAlgorithm::Aes128Gcm => "AES-128-GCM",
            AeadAlgorithm::Aes256Gcm => "AES-256-GCM",
            AeadAlgorithm::ChaCha20Poly1305 => "ChaCha20-Poly1305",
        };
        let inputs = [
            ("key", self.bytes.bytes()),
            ("nonce", nonce),
            ("additional_data", associated_data),
            text,
        ];
        step(operation, algorithm, "", &inputs, output);
    }
}
