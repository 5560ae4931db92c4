//! Authenticated encryption of data that a server issues and accepts again: tickets and cookies.

use zeroize::Zeroizing;

use super::aead::AeadKey;
use super::aead_algorithm::{AeadAlgorithm, NONCE_LEN, TAG_LEN};
use super::hash::{Digest, HashAlgorithm};
use super::{CryptoError, Random};
use crate::newtype::for_tools;

/// Length of a sealing key, in bytes.
pub const SEALING_KEY_LEN: usize = 32;

const ID_LEN: usize = 4;
const SALT_LEN: usize = 16;
const OVERHEAD: usize = ID_LEN + SALT_LEN + TAG_LEN;

/// Sealing keys: the first seals, all of them open; the others are kept for data that they sealed before. They wipe
/// themselves, and never show in `Debug`.
///
/// ```text
/// struct {
///     opaque key_id[4];
///     opaque salt[16];
///     opaque ciphertext[plaintext.length + 16];
/// } Sealed;
/// ```
/// Every sealing has its own ChaCha20-Poly1305 key, `HMAC-SHA256(key, purpose | scope | salt)`. The random salt has 16
/// bytes, so that, unlike a random nonce of 12 bytes, uses need not be counted. The scope is a digest of everything
/// that must be the same where the result is opened.
#[derive(Clone)]
pub struct SealingKeys {
    keys: Vec<SealingKey>,
}

#[derive(Clone)]
struct SealingKey {
    id: [u8; ID_LEN],
    key: Zeroizing<[u8; SEALING_KEY_LEN]>,
}

impl SealingKeys {
    /// Keys in the order of their age, the newest first.
    ///
    /// # Errors
    ///
    /// [`CryptoError::KeyLength`] if there is none.
    pub fn new(keys: &[[u8; SEALING_KEY_LEN]]) -> Result<Self, CryptoError> {
        if keys.is_empty() {
            return Err(CryptoError::KeyLength);
        }
        Ok(Self { keys: keys.iter().map(SealingKey::new).collect() })
    }

    /// A new random key of the platform's randomness.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Random`] if the platform has no randomness.
    pub fn random() -> Result<Self, CryptoError> {
        Random::from_os().map(|mut random| Self::generate(&mut random))
    }

    for_tools! {
        /// A new random key.
        pub fn generate(random: &mut Random) -> Self {
            let key = Zeroizing::new(random.array());
            Self { keys: vec![SealingKey::new(&key)] }
        }
    }

    /// Seals with `key` from now on. The newest `keep` of the older keys still open.
    pub fn rotate(&mut self, key: &[u8; SEALING_KEY_LEN], keep: usize) {
        self.keys.truncate(keep);
        self.keys.insert(0, SealingKey::new(key));
    }

    for_tools! {
        /// Seals `plaintext`. The result opens only with the same purpose and scope.
        pub fn seal(
            &self,
            purpose: &'static str,
            scope: &Digest,
            plaintext: &[u8],
            random: &mut Random,
        ) -> Result<Vec<u8>, CryptoError> {
            let key = self.keys.first().ok_or(CryptoError::KeyLength)?;
            let salt: [u8; SALT_LEN] = random.array();
            let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len());
            sealed.extend(key.id);
            sealed.extend(salt);
            sealed.extend(plaintext);
            key.aead(purpose, scope, &salt)?.seal(&NONCE, &[], &mut sealed, ID_LEN + SALT_LEN)?;
            Ok(sealed)
        }
    }

    for_tools! {
        /// Opens data that one of the keys has sealed; `None` for anything else.
        pub fn open(
            &self,
            purpose: &'static str,
            scope: &Digest,
            sealed: &[u8],
        ) -> Option<Zeroizing<Vec<u8>>> {
            let (id, rest) = sealed.split_first_chunk::<ID_LEN>()?;
            let (salt, ciphertext) = rest.split_first_chunk::<SALT_LEN>()?;
            self.keys.iter().filter(|key| key.id == *id).find_map(|key| {
                let mut text = Zeroizing::new(ciphertext.to_vec());
                let aead = key.aead(purpose, scope, salt).ok()?;
                let len = aead.open(&NONCE, &[], &mut text).ok()?.len();
                text.truncate(len);
                Some(text)
            })
        }
    }
}

/// A key that is used only once needs no nonce.
const NONCE: [u8; NONCE_LEN] = [0; NONCE_LEN];

impl core::fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SealingKeys").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl SealingKey {
    fn new(key: &[u8; SEALING_KEY_LEN]) -> Self {
        let digest = HashAlgorithm::Sha256.hmac(key, b"tls-psk key id");
        let id = digest.as_ref().first_chunk().copied().unwrap_or_default();
        Self { id, key: Zeroizing::new(*key) }
    }

    fn aead(
        &self,
        purpose: &str,
        scope: &Digest,
        salt: &[u8; SALT_LEN],
    ) -> Result<AeadKey, CryptoError> {
        let input = [b"tls-psk ", purpose.as_bytes(), scope.as_ref(), salt].concat();
        let key = HashAlgorithm::Sha256.hmac(self.key.as_slice(), &input);
        AeadKey::new(AeadAlgorithm::ChaCha20Poly1305, key.as_ref())
    }
}
