//! HKDF (RFC 5869) and HKDF-Expand-Label (RFC 9846 section 7.1).

use hkdf::Hkdf;
use sha2::{Sha256, Sha384};
use zeroize::Zeroizing;

use super::CryptoError;
use super::hash::HashAlgorithm;
use super::hmac::HmacKey;
use super::secret::Secret;

/// `HKDF-Extract(salt, IKM)`
pub fn extract(hash: HashAlgorithm, salt: &[u8], ikm: &[u8]) -> Secret {
    let prk = Secret::from_output(hash.hmac(salt, ikm).into_bytes(), hash);
    super::steps::step("extract", hash.name(), "", &[("salt", salt), ("IKM", ikm)], prk.as_bytes());
    prk
}

/// Fills `out`: `HKDF-Expand(PRK, info, out.len())`
pub fn expand(
    hash: HashAlgorithm,
    prk: &[u8],
    info: &[u8],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    match hash {
        HashAlgorithm::Sha256 => Hkdf::<Sha256>::from_prk(prk)
            .map_err(|_| CryptoError::KeyLength)?
            .expand(info, out)
            .map_err(|_| CryptoError::OutputLength),
        HashAlgorithm::Sha384 => Hkdf::<Sha384>::from_prk(prk)
            .map_err(|_| CryptoError::KeyLength)?
            .expand(info, out)
            .map_err(|_| CryptoError::OutputLength),
    }
}

/// Fills `out`: `HKDF-Expand-Label(Secret, Label, Context, out.len())`. Fails if `out` is longer than 255 times the
/// hash, if `secret` is shorter than the hash, or if label or context do not fit their vectors.
pub fn expand_label(
    hash: HashAlgorithm,
    secret: &[u8],
    label: &str,
    context: &[u8],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    let info = hkdf_label(out.len(), label, context).ok_or(CryptoError::OutputLength)?;
    expand(hash, secret, &info, out)?;
    explain_expansion(hash, secret, label, context, out);
    Ok(())
}

/// A secret from which others are derived. Its HMAC key is prepared once for all of them.
#[derive(Clone)]
pub struct Prk {
    hash: HashAlgorithm,
    secret: Secret,
    key: HmacKey,
}

impl Prk {
    /// The secret of a stage of the key schedule, as long as the hash.
    pub fn new(hash: HashAlgorithm, secret: Secret) -> Self {
        let key = HmacKey::new(hash, secret.as_bytes());
        Self { hash, secret, key }
    }

    /// `HKDF-Expand-Label(Secret, Label, Context, Hash.length)`, the derivation of every secret from another.
    pub fn derive(&self, label: &'static str, context: &[u8]) -> Secret {
        let mut output = Secret::zeros(self.hash);
        self.fill(label, context, output.as_mut_bytes());
        output
    }

    /// `HKDF-Expand-Label(Secret, Label, "", N)` for at most 32 bytes, the length of the shortest hash.
    pub fn derive_array<const N: usize>(&self, label: &'static str) -> Zeroizing<[u8; N]> {
        const { assert!(N <= 32, "one block of the shortest hash") };
        let mut output = Zeroizing::new([0; N]);
        self.fill(label, &[], output.as_mut_slice());
        output
    }

    /// Fills `out`, which is no longer than the hash: `HKDF-Expand-Label(Secret, Label, Context, out.len())`.
    ///
    /// An output of that length is the start of the first block of HKDF-Expand, `HMAC(Secret, HkdfLabel | 0x01)`, which
    /// cannot fail. The labels are those of the protocol, and the contexts are hashes or at most 255 bytes long, so
    /// they fit their vectors. For other inputs, use [`expand_label`], which refuses those that do not fit.
    fn fill(&self, label: &'static str, context: &[u8], out: &mut [u8]) {
        debug_assert!(context.len() <= 0xff, "a context of HkdfLabel holds at most 255 bytes");
        debug_assert!(out.len() <= self.hash.output_len(), "one block of HKDF-Expand");
        let mut message = hkdf_label(out.len(), label, context).unwrap_or_default();
        message.push(1);
        let block = Zeroizing::new(self.key.mac(&message).into_bytes());
        for (to, from) in out.iter_mut().zip(block.iter()) {
            *to = *from;
        }
        explain_expansion(self.hash, self.as_bytes(), label, context, out);
    }

    /// The hash it is for.
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The secret itself.
    pub fn as_bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}

fn explain_expansion(
    hash: HashAlgorithm,
    secret: &[u8],
    label: &str,
    context: &[u8],
    output: &[u8],
) {
    let inputs = [("Secret", secret), ("Context", context)];
    super::steps::step("expand-label", hash.name(), label, &inputs, output);
}

/// ```text
/// struct {
///     uint16 length = Length;
///     opaque label<7..255> = "tls13 " + Label;
///     opaque context<0..255> = Context;
/// } HkdfLabel;
/// ```
fn hkdf_label(length: usize, label: &str, context: &[u8]) -> Option<Vec<u8>> {
    const PREFIX: &[u8] = b"tls13 ";
    let mut info = Vec::with_capacity(4 + PREFIX.len() + label.len() + context.len() + 1);
    info.extend(u16::try_from(length).ok()?.to_be_bytes());
    info.push(u8::try_from(PREFIX.len() + label.len()).ok()?);
    info.extend(PREFIX);
    info.extend(label.as_bytes());
    info.push(u8::try_from(context.len()).ok()?);
    info.extend(context);
    Some(info)
}
