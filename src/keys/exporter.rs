//! Exporters (RFC 9846 section 7.5).

use crate::crypto::{CryptoError, HashAlgorithm, Secret, expand_label};
use zeroize::Zeroizing;

/// Exports keying material from `exporter_secret` or `early_exporter_secret`.
pub struct Exporter {
    hash: HashAlgorithm,
    secret: Secret,
}

impl Exporter {
    pub(super) fn new(hash: HashAlgorithm, secret: Secret) -> Self {
        Self { hash, secret }
    }

    /// The exporter of a suspended connection.
    pub(crate) fn restore(hash: HashAlgorithm, secret: Secret) -> Self {
        Self::new(hash, secret)
    }

    /// ```text
    /// TLS-Exporter(label, context_value, key_length) =
    ///     HKDF-Expand-Label(Derive-Secret(Secret, label, ""), "exporter", Hash(context_value), key_length)
    /// ```
    /// No context and an empty one give the same value. The label has at most 249 bytes, and `out` at most 255 times
    /// the hash's length.
    pub fn export(&self, label: &str, context: &[u8], out: &mut [u8]) -> Result<(), CryptoError> {
        let hash = self.hash;
        let mut derived = Zeroizing::new(vec![0; hash.output_len()]);
        expand_label(
            hash,
            self.as_bytes(),
            label,
            hash.digest_of_nothing().as_ref(),
            &mut derived,
        )?;
        expand_label(hash, &derived, "exporter", hash.digest(context).as_ref(), out)
    }

    /// The secret itself, for the key log.
    pub fn as_bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}
