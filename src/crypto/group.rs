//! Key exchange over the supported groups (RFC 9846 sections 4.3.8 and 7.4).

use p256::elliptic_curve::point::AffineCoordinates;
use x25519_dalek::{PublicKey, StaticSecret, X25519_BASEPOINT_BYTES};
use zeroize::Zeroizing;

use super::{CryptoError, Random};
use crate::wire::NamedGroup;

/// The groups, most preferred first.
pub const SUPPORTED_GROUPS: [NamedGroup; 2] = [NamedGroup::X25519, NamedGroup::SECP256R1];

/// Whether keys can be exchanged over `group`.
pub fn is_supported(group: NamedGroup) -> bool {
    SUPPORTED_GROUPS.contains(&group)
}

/// What a key exchange comes to, the (EC)DHE input of the key schedule. It wipes itself, and has no `Debug`.
pub struct SharedSecret(Zeroizing<Vec<u8>>);

impl SharedSecret {
    fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The secret itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A key share that waits for the peer's. It is used for one connection, and up with its agreement.
pub struct KeyShare {
    group: NamedGroup,
    secret: PrivateKey,
    public: Vec<u8>,
}

enum PrivateKey {
    X25519(StaticSecret),
    P256(p256::SecretKey),
}

impl KeyShare {
    /// A fresh key pair.
    pub fn generate(group: NamedGroup, random: &mut Random) -> Result<Self, CryptoError> {
        let (secret, public) = match group {
            NamedGroup::X25519 => {
                let secret = StaticSecret::from(random.array::<32>());
                // The ladder that agrees serves here too; `PublicKey::from` takes Edwards arithmetic, of no use else.
                let public = secret.diffie_hellman(&PublicKey::from(X25519_BASEPOINT_BYTES));
                let public = public.as_bytes().to_vec();
                (PrivateKey::X25519(secret), public)
            }
            NamedGroup::SECP256R1 => {
                let secret = p256_secret(random);
                let public = encode_p256(secret.public_key().as_affine());
                (PrivateKey::P256(secret), public)
            }
            _ => return Err(CryptoError::UnsupportedGroup),
        };
        Ok(Self { group, secret, public })
    }

    /// The group it belongs to.
    pub fn group(&self) -> NamedGroup {
        self.group
    }

    /// `KeyShareEntry.key_exchange`, in the group's own encoding.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Agrees with the peer's share. One that is malformed, or brings nothing of the peer's into the secret, fails
    /// (sections 4.3.8.2 and 7.4.2).
    pub fn agree(self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        match self.secret {
            PrivateKey::X25519(secret) => agree_x25519(&secret, peer),
            PrivateKey::P256(secret) => agree_p256(&secret, peer),
        }
    }
}

/// Answers the peer's share: our own `key_exchange`, and the secret.
pub fn respond(
    group: NamedGroup,
    peer: &[u8],
    random: &mut Random,
) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
    let share = KeyShare::generate(group, random)?;
    let public = share.public.clone();
    Ok((public, share.agree(peer)?))
}

fn agree_x25519(secret: &StaticSecret, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    let peer: [u8; 32] = peer.try_into().map_err(|_| CryptoError::BadPeerShare)?;
    let shared = secret.diffie_hellman(&peer.into());
    // A point of small order gives zeros whatever our secret is.
    if shared.was_contributory() {
        Ok(SharedSecret::new(shared.as_bytes()))
    } else {
        Err(CryptoError::BadPeerShare)
    }
}

fn agree_p256(secret: &p256::SecretKey, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
    let peer = decode_p256(peer).ok_or(CryptoError::BadPeerShare)?;
    let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), peer);
    Ok(SharedSecret::new(shared.raw_secret_bytes()))
}

/// The first byte of an uncompressed point, the one encoding that TLS 1.3 has.
const LEGACY_FORM: u8 = 4;

/// ```text
/// struct {
///     uint8 legacy_form = 4;
///     opaque X[coordinate_length];
///     opaque Y[coordinate_length];
/// } UncompressedPointRepresentation;
/// ```
/// RFC 9846 section 4.3.8.2. What SEC 1 has beside it, and the code to read that, is not needed.
fn encode_p256(point: &p256::AffinePoint) -> Vec<u8> {
    [&[LEGACY_FORM][..], &point.x(), &point.y()].concat()
}

/// The point, if it is one of the curve other than infinity, which has no encoding here.
fn decode_p256(bytes: &[u8]) -> Option<p256::AffinePoint> {
    let (x, y) = bytes.strip_prefix(&[LEGACY_FORM])?.split_at_checked(32)?;
    p256::AffinePoint::from_coordinates(x.try_into().ok()?, y.try_into().ok()?).into()
}

fn p256_secret(random: &mut Random) -> p256::SecretKey {
    // Zero and numbers from the order on are no keys: about one number in 2^32.
    loop {
        let candidate = Zeroizing::new(random.array::<32>());
        if let Ok(secret) = p256::SecretKey::from_slice(candidate.as_slice()) {
            return secret;
        }
    }
}
