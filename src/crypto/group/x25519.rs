//! X25519 (RFC 7748).

use x25519_dalek::{PublicKey, SharedSecret, StaticSecret, X25519_BASEPOINT_BYTES};

use super::{CryptoError, Kept, Random};

pub(super) const PUBLIC_LEN: usize = 32;

pub(super) struct PrivateKey(StaticSecret);

impl PrivateKey {
    pub(super) fn generate(random: &mut Random) -> Self {
        Self(StaticSecret::from(random.array::<32>()))
    }

    /// The u-coordinate of the public key.
    pub(super) fn public(&self) -> [u8; PUBLIC_LEN] {
        // Uses the ladder of the agreement; `PublicKey::from` would add Edwards arithmetic, which nothing else needs.
        self.0.diffie_hellman(&PublicKey::from(X25519_BASEPOINT_BYTES)).to_bytes()
    }

    /// The private key, if steps are recorded.
    pub(super) fn explain(&self) -> Kept {
        Kept::of(|| self.0.to_bytes())
    }

    pub(super) fn agree(&self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        let peer: [u8; PUBLIC_LEN] = peer.try_into().map_err(|_| CryptoError::BadPeerShare)?;
        let shared = self.0.diffie_hellman(&peer.into());
        // A point of small order gives zeros for every secret.
        if shared.was_contributory() { Ok(shared) } else { Err(CryptoError::BadPeerShare) }
    }
}
