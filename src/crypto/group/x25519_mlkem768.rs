//! ML-KEM-768 (FIPS 203) and X25519, concatenated (draft-ietf-tls-ecdhe-mlkem).
//!
//! ```text
//! client share:  opaque encapsulation_key[1184], x25519[32];
//! server share:  opaque ciphertext[1088], x25519[32];
//! shared secret: opaque ml_kem[32], x25519[32];
//! ```

use ml_kem::ml_kem_768::{DecapsulationKey, EncapsulationKey};
use ml_kem::{Decapsulate, KeyExport};
use zeroize::{Zeroize, Zeroizing};

use super::{CryptoError, Random, SharedSecret, x25519};

/// The client's half: a KEM is not symmetric. The server's half is [`respond`].
pub(super) struct PrivateKey {
    // The key is large; the crate keeps its secret parts in boxes, and wipes them.
    decapsulation_key: DecapsulationKey,
    x25519: x25519::PrivateKey,
}

impl PrivateKey {
    pub(super) fn generate(random: &mut Random) -> Self {
        let mut seed = random.array::<64>().into();
        let decapsulation_key = DecapsulationKey::from_seed(seed);
        seed.zeroize();
        Self { decapsulation_key, x25519: x25519::PrivateKey::generate(random) }
    }

    pub(super) fn public(&self) -> Vec<u8> {
        let encapsulation_key = self.decapsulation_key.encapsulation_key().to_bytes();
        [&encapsulation_key[..], &self.x25519.public()].concat()
    }

    /// Any ciphertext of the right length decapsulates; a wrong one gives a secret that no other party has.
    pub(super) fn agree(&self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        let (ciphertext, peer) = split(peer)?;
        let ciphertext = ciphertext.try_into().map_err(|_| CryptoError::BadPeerShare)?;
        let x25519 = self.x25519.agree(peer)?;
        let ml_kem = Zeroizing::new(self.decapsulation_key.decapsulate(ciphertext));
        Ok(SharedSecret::new(&[&ml_kem[..], x25519.as_bytes()]))
    }
}

/// Encapsulates a secret to the client's key: the server share, and the secret. Fails unless the numbers in the key are
/// reduced (FIPS 203 section 7.2).
pub(super) fn respond(
    peer: &[u8],
    random: &mut Random,
) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
    let (encapsulation_key, peer) = split(peer)?;
    let encapsulation_key = encapsulation_key
        .try_into()
        .ok()
        .and_then(|bytes| EncapsulationKey::new(bytes).ok())
        .ok_or(CryptoError::BadPeerShare)?;
    let m = Zeroizing::new(random.array::<32>());
    let secret = x25519::PrivateKey::generate(random);
    let x25519 = secret.agree(peer)?;
    let (ciphertext, ml_kem) = encapsulation_key.encapsulate_deterministic(&(*m).into());
    let ml_kem = Zeroizing::new(ml_kem);
    let share = [&ciphertext[..], &secret.public()].concat();
    Ok((share, SharedSecret::new(&[&ml_kem[..], x25519.as_bytes()])))
}

/// Splits a share into ML-KEM's part, of any length, and X25519's.
fn split(share: &[u8]) -> Result<(&[u8], &[u8]), CryptoError> {
    let ml_kem_len =
        share.len().checked_sub(x25519::PUBLIC_LEN).ok_or(CryptoError::BadPeerShare)?;
    share.split_at_checked(ml_kem_len).ok_or(CryptoError::BadPeerShare)
}
