//! NIST P-256, as secp256r1.

use p256::AffinePoint;
use p256::ecdh::{SharedSecret, diffie_hellman};
use p256::elliptic_curve::point::AffineCoordinates;
use zeroize::Zeroizing;

use super::{CryptoError, Kept, Random};

pub(super) struct PrivateKey(p256::SecretKey);

impl PrivateKey {
    pub(super) fn generate(random: &mut Random) -> Self {
        // Zero and numbers from the order on are not keys: about one number in 2^32.
        loop {
            let candidate = Zeroizing::new(random.array::<32>());
            if let Ok(secret) = p256::SecretKey::from_slice(candidate.as_slice()) {
                return Self(secret);
            }
        }
    }

    pub(super) fn public(&self) -> Vec<u8> {
        encode(self.0.public_key().as_affine())
    }

    /// The private key, if steps are recorded.
    pub(super) fn explain(&self) -> Kept {
        Kept::of(|| self.0.to_bytes())
    }

    pub(super) fn agree(&self, peer: &[u8]) -> Result<SharedSecret, CryptoError> {
        let peer = decode(peer).ok_or(CryptoError::BadPeerShare)?;
        Ok(diffie_hellman(self.0.to_nonzero_scalar(), peer))
    }
}

/// The first byte of an uncompressed point, the only encoding in TLS 1.3.
const LEGACY_FORM: u8 = 4;

/// ```text
/// struct {
///     uint8 legacy_form = 4;
///     opaque X[coordinate_length];
///     opaque Y[coordinate_length];
/// } UncompressedPointRepresentation;
/// ```
/// RFC 9846 section 4.3.8.2. The other encodings of SEC 1 are not supported.
fn encode(point: &AffinePoint) -> Vec<u8> {
    [&[LEGACY_FORM][..], &point.x(), &point.y()].concat()
}

/// The point, if it is on the curve. Infinity has no encoding here.
fn decode(bytes: &[u8]) -> Option<AffinePoint> {
    let (x, y) = bytes.strip_prefix(&[LEGACY_FORM])?.split_at_checked(32)?;
    AffinePoint::from_coordinates(x.try_into().ok()?, y.try_into().ok()?).into()
}
