//! Key exchange over the supported groups (RFC 9846 sections 4.3.8 and 7.4).

mod p256;
mod x25519;
#[cfg(feature = "mlkem")]
mod x25519_mlkem768;

use zeroize::Zeroizing;

use super::steps::{Kept, step};
use super::{CryptoError, Random};
use crate::wire::NamedGroup;

/// The groups, most preferred first.
///
/// The group that withstands quantum computers is last. With an external PSK it adds no protection against them as long
/// as the PSK stays secret, and its shares take 1.2 KB of each hello. Applications can prefer it.
#[cfg(feature = "mlkem")]
pub const SUPPORTED_GROUPS: [NamedGroup; 3] =
    [NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::X25519MLKEM768];
/// The groups, most preferred first.
#[cfg(not(feature = "mlkem"))]
pub const SUPPORTED_GROUPS: [NamedGroup; 2] = [NamedGroup::X25519, NamedGroup::SECP256R1];

/// Whether keys can be exchanged over `group`.
pub fn is_supported(group: NamedGroup) -> bool {
    SUPPORTED_GROUPS.contains(&group)
}

/// The result of a key exchange, the (EC)DHE input of the key schedule. It wipes itself, and has no `Debug`.
pub struct SharedSecret(Zeroizing<Vec<u8>>);

impl SharedSecret {
    /// The parts of the secret, concatenated.
    pub(crate) fn new(parts: &[&[u8]]) -> Self {
        Self(Zeroizing::new(parts.concat()))
    }

    /// The secret itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A client's key share, before the server's arrives. The server has no such type, as its half of a KEM follows from
/// the client's ([`respond`]). It is used for one connection, and consumed by the agreement.
pub struct KeyShare {
    group: NamedGroup,
    secret: PrivateKey,
    public: Vec<u8>,
}

enum PrivateKey {
    X25519(x25519::PrivateKey),
    P256(p256::PrivateKey),
    #[cfg(feature = "mlkem")]
    X25519MlKem768(Box<x25519_mlkem768::PrivateKey>),
}

impl KeyShare {
    /// A fresh key pair.
    pub fn generate(group: NamedGroup, random: &mut Random) -> Result<Self, CryptoError> {
        let (secret, public) = match group {
            NamedGroup::X25519 => {
                let secret = x25519::PrivateKey::generate(random);
                let public = secret.public().to_vec();
                (PrivateKey::X25519(secret), public)
            }
            NamedGroup::SECP256R1 => {
                let secret = p256::PrivateKey::generate(random);
                let public = secret.public();
                (PrivateKey::P256(secret), public)
            }
            #[cfg(feature = "mlkem")]
            NamedGroup::X25519MLKEM768 => {
                let secret = Box::new(x25519_mlkem768::PrivateKey::generate(random));
                let public = secret.public();
                (PrivateKey::X25519MlKem768(secret), public)
            }
            _ => return Err(CryptoError::UnsupportedGroup),
        };
        Ok(Self { group, secret, public })
    }

    /// The group it belongs to.
    pub fn group(&self) -> NamedGroup {
        self.group
    }

    /// `KeyShareEntry.key_exchange`, in the group's encoding.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Agrees with the peer's share. Fails if the share is malformed, or contributes nothing to the secret (sections
    /// 4.3.8.2 and 7.4.2).
    pub fn agree(self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        let private_key = self.secret.explain();
        let shared = match self.secret {
            PrivateKey::X25519(secret) => SharedSecret::new(&[secret.agree(peer)?.as_bytes()]),
            PrivateKey::P256(secret) => {
                SharedSecret::new(&[secret.agree(peer)?.raw_secret_bytes()])
            }
            #[cfg(feature = "mlkem")]
            PrivateKey::X25519MlKem768(secret) => secret.agree(peer)?,
        };
        explain(
            self.group,
            &[
                ("private key", private_key.bytes()),
                ("public key", &self.public),
                ("peer's public key", peer),
            ],
            &shared,
        );
        Ok(shared)
    }
}

impl PrivateKey {
    /// The private key, if it is one number; nothing for a KEM.
    #[inline(always)]
    fn explain(&self) -> Kept {
        match self {
            Self::X25519(secret) => secret.explain(),
            Self::P256(secret) => secret.explain(),
            #[cfg(feature = "mlkem")]
            Self::X25519MlKem768(_) => Kept::new([]),
        }
    }
}

#[inline(always)]
fn explain(group: NamedGroup, inputs: &[(&'static str, &[u8])], shared: &SharedSecret) {
    let name = group.name().unwrap_or_default();
    step("agree", name, "", inputs, shared.as_bytes());
}

/// Responds to a client's share: the server's `key_exchange`, and the secret.
pub fn respond(
    group: NamedGroup,
    peer: &[u8],
    random: &mut Random,
) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
    #[cfg(feature = "mlkem")]
    if group == NamedGroup::X25519MLKEM768 {
        let answer = x25519_mlkem768::respond(peer, random)?;
        explain(group, &[("public key", &answer.0), ("peer's public key", peer)], &answer.1);
        return Ok(answer);
    }
    let share = KeyShare::generate(group, random)?;
    let public = share.public.clone();
    Ok((public, share.agree(peer)?))
}
