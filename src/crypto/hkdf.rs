//! HKDF (RFC 5869) and HKDF-Expand-Label (RFC 9846 section 7.1).

use hkdf::Hkdf;
use sha2::{Sha256, Sha384};

use super::CryptoError;
use super::hash::HashAlgorithm;
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

/// `HKDF-Expand-Label(Secret, Label, Context, Hash.length)`, the derivation of every secret from another.
///
/// An output as long as the hash is the first block of HKDF-Expand, `HMAC(Secret, HkdfLabel | 0x01)`, which cannot
/// fail. The labels are those of the protocol, and the contexts are hashes or at most 255 bytes long, so they fit their
/// vectors. For other inputs, use [`expand_label`], which refuses those that do not fit.
pub fn expand_label_secret(
    hash: HashAlgorithm,
    secret: &Secret,
    label: &'static str,
    context: &[u8],
) -> Secret {
    debug_assert!(context.len() <= 0xff, "a context of HkdfLabel holds at most 255 bytes");
    let mut block = hkdf_label(hash.output_len(), label, context).unwrap_or_default();
    block.push(1);
    let output = Secret::from_output(hash.hmac(secret.as_bytes(), &block).into_bytes(), hash);
    explain_expansion(hash, secret.as_bytes(), label, context, output.as_bytes());
    output
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
