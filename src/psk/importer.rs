//! The PSK importer (RFC 9258).

use crate::crypto::{HashAlgorithm, Secret, expand_label, extract};
use crate::error::Error;
use crate::wire::{Reader, Writer};
use zeroize::Zeroizing;

/// ```text
/// struct {
///     opaque external_identity<1...2^16-1>;
///     opaque context<0..2^16-1>;
///     uint16 target_protocol;
///     uint16 target_kdf;
/// } ImportedIdentity;
/// ```
/// [RFC 9258 section 5.1].
///
/// [RFC 9258 section 5.1]: https://www.rfc-editor.org/rfc/rfc9258#section-5.1
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedIdentity {
    /// The identity the PSK was provisioned with.
    pub external_identity: Vec<u8>,
    /// The context that both sides bind the key to.
    pub context: Vec<u8>,
    /// The protocol the key is for.
    pub target_protocol: u16,
    /// The KDF the key is for.
    pub target_kdf: u16,
}

impl ImportedIdentity {
    /// `target_protocol` of TLS 1.3.
    pub const TLS13: u16 = 0x0304;
    /// The bytes that the encoding adds to identity and context.
    pub const OVERHEAD: usize = 8;

    /// The encoding, which is the identity on the wire. The lengths were checked when the PSK was made.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.vec16(|w| w.bytes(&self.external_identity));
        w.vec16(|w| w.bytes(&self.context));
        w.u16(self.target_protocol);
        w.u16(self.target_kdf);
        w.finish().unwrap_or_default()
    }

    /// Reads a wire identity. Other identities may have this format by chance, so the result is for display only, never
    /// for a decision.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it does not have the format.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        let this = Self::read_from(&mut r)?;
        r.finish("ImportedIdentity")?;
        Ok(this)
    }

    /// Reads the structure, which must use all bytes.
    pub(crate) fn read_from(r: &mut Reader<'_>) -> Result<Self, Error> {
        let external_identity = r.vec16("external_identity")?.rest().to_vec();
        let context = r.vec16("context")?.rest().to_vec();
        let target_protocol = r.u16("target_protocol")?;
        let target_kdf = r.u16("target_kdf")?;
        if external_identity.is_empty() {
            return Err(Error::Decode("external_identity"));
        }
        Ok(Self { external_identity, context, target_protocol, target_kdf })
    }
}

/// Derives the imported key.
///
/// ```text
/// epskx = HKDF-Extract(0, epsk)
/// ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L)
/// ```
/// The hash is the external PSK's; L is the output length of the target KDF (RFC 9258 section 5.1).
pub fn import(
    hash: HashAlgorithm,
    secret: &[u8],
    imported_identity: &[u8],
    target: HashAlgorithm,
) -> Zeroizing<Vec<u8>> {
    let epskx = extract(hash, Secret::zeros(hash).as_bytes(), secret);
    let context = hash.digest(imported_identity);
    let mut ipskx = Zeroizing::new(vec![0; target.output_len()]);
    // Either hash can expand to 48 bytes.
    let _ = expand_label(hash, epskx.as_bytes(), "derived psk", context.as_ref(), &mut ipskx);
    ipskx
}
