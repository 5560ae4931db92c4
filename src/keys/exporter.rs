//! Exporters (RFC 9846 section 7.5).

use crate::crypto::{CryptoError, HashAlgorithm, Secret, expand_label, expand_label_secret};

/// Exports keying material from `exporter_secret` or `early_exporter_secret`.
pub struct Exporter {
    hash: HashAlgorithm,
    secret: Secret,
}

impl Exporter {
    pub(super) fn new(hash: HashAlgorithm, secret: Secret) -> Self {
        Self { hash, secret }
    }

    /// ```text
    /// TLS-Exporter(label, context_value, key_length) =
    ///     HKDF-Expand-Label(Derive-Secret(Secret, label, ""), "exporter", Hash(context_value), key_length)
    /// ```
    /// No context and an empty one give the same value.
    pub fn export(&self, label: &str, context: &[u8], out: &mut [u8]) -> Result<(), CryptoError> {
        let empty = self.hash.digest(&[]);
        let derived = expand_label_secret(self.hash, &self.secret, label, empty.as_ref());
        let context = self.hash.digest(context);
        expand_label(self.hash, derived.as_bytes(), "exporter", context.as_ref(), out)
    }

    /// The secret itself, for the key log.
    pub fn as_bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}
