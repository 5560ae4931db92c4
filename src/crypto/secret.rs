//! Secrets of the key schedule.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::hash::{HashAlgorithm, MAX_HASH_LEN};

/// A secret as long as a hash's output. It wipes itself, and has no `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret {
    bytes: [u8; MAX_HASH_LEN],
    #[zeroize(skip)]
    len: usize,
}

impl Secret {
    /// The string of zeros that stands for an absent input (RFC 9846 section 7.1).
    pub fn zeros(hash: HashAlgorithm) -> Self {
        Self { bytes: [0; MAX_HASH_LEN], len: hash.output_len() }
    }

    /// A secret that was derived before, such as one of a key log; `None` if its length is not that of the hash.
    pub fn from_bytes(hash: HashAlgorithm, secret: &[u8]) -> Option<Self> {
        let mut this = Self::zeros(hash);
        (secret.len() == this.len)
            .then(|| this.bytes.iter_mut().zip(secret).for_each(|(to, byte)| *to = *byte))?;
        Some(this)
    }

    /// A secret from the output of a hash.
    pub(super) fn from_output(bytes: [u8; MAX_HASH_LEN], hash: HashAlgorithm) -> Self {
        Self { bytes, len: hash.output_len() }
    }

    /// Its bytes, to be filled.
    pub(super) fn as_mut_bytes(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.len).unwrap_or_default()
    }

    /// The secret itself.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
