//! External PSKs: provisioned outside of TLS (RFC 9846 section 2.2; guidance in RFC 9257).

use core::fmt;

use super::importer::{ImportedIdentity, import};
use super::{EarlyDataParameters, Psk};
use crate::crypto::HashAlgorithm;
use crate::error::named_errors;
use crate::keys::PskKind;
use zeroize::Zeroizing;

/// The largest identity and the largest secret, in bytes.
const MAX_LEN: usize = 0xffff;
/// The smallest secret, in bytes: 128 bits of entropy need as many (RFC 9257 section 6).
const MIN_SECRET_LEN: usize = 16;

named_errors! {
    /// Why a PSK, or a list of PSKs, was refused. A refused call changes nothing.
    PskError {
        EmptyIdentity => "a PSK identity needs at least one byte";
        IdentityTooLong => "a PSK identity holds at most 65535 bytes";
        EmptySecret => "a PSK secret must not be empty";
        SecretTooLong => "a PSK secret holds at most 65535 bytes";
        SecretAllZero => "a PSK secret must not be all zeros";
        SecretTooShort => "a PSK secret needs at least 16 bytes (RFC 9257 section 6)";
        ContextTooLong => "a PSK importer context holds at most 65535 bytes";
        ImportedIdentityTooLong => "an imported identity and its context hold at most 65527 bytes";
        DuplicateIdentity => "the list already holds a PSK with this identity";
        MixedKinds => "external PSKs and sessions cannot be mixed unless both kinds are enabled";
        EarlyDataSuiteMismatch => "early data needs a cipher suite of the PSK's own hash";
        EarlyDataSizeZero => "early data needs a size above zero; omit it for no early data";
        BadProtocolName => "an application protocol's name holds 1 to 255 bytes";
        BadSession => "the bytes are not those of an exported session";
        SessionVersion => "the session has the format of another version and cannot be used";
        SessionUsed => "another connection has used the session, and each is used only once";
        SessionExpired => "the session has expired";
        OfferTooLong => "the encoded PSKs of one ClientHello take at most 65535 bytes";
    }
}


/// A key that was provisioned to both sides outside of TLS.
///
/// The identity is opaque bytes, compared byte for byte and sent in clear. The secret wipes itself and never
/// shows in `Debug`.
#[derive(Clone)]
pub struct ExternalPsk {
    identity: Vec<u8>,
    secret: Zeroizing<Vec<u8>>,
    hash: HashAlgorithm,
    imported: Option<Imported>,
    early_data: Option<EarlyDataParameters>,
}

/// The part of an imported PSK.
#[derive(Clone)]
struct Imported {
    context: Vec<u8>,
    /// One key for each hash of [`HashAlgorithm::ALL`]. They are derived when the PSK is made: if a server derived them
    /// only for known identities, it would take longer to refuse those than unknown ones.
    keys: [Zeroizing<Vec<u8>>; HashAlgorithm::ALL.len()],
}

impl ExternalPsk {
    /// A PSK of 1 to 65535 bytes of identity and 16 to 65535 bytes of secret, for suites with `hash`
    /// (SHA-256 unless provisioned otherwise, [RFC 9846 section 4.3.11]).
    ///
    /// # Errors
    ///
    /// The first limit that the identity or the secret exceeds.
    ///
    /// [RFC 9846 section 4.3.11]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
    pub fn new(identity: &[u8], secret: &[u8], hash: HashAlgorithm) -> Result<Self, PskError> {
        if secret.len() < MIN_SECRET_LEN && !secret.is_empty() {
            return Err(PskError::SecretTooShort);
        }
        Self::with_unsafe_short_secret(identity, secret, hash)
    }

    /// As [`ExternalPsk::new`], but accepts secrets of fewer than 16 bytes. An attacker who records a handshake can
    /// guess such a secret; this is for published test vectors.
    ///
    /// # Errors
    ///
    /// As [`ExternalPsk::new`], but not [`PskError::SecretTooShort`].
    pub fn with_unsafe_short_secret(
        identity: &[u8],
        secret: &[u8],
        hash: HashAlgorithm,
    ) -> Result<Self, PskError> {
        match (identity.len(), secret.len()) {
            (0, _) => return Err(PskError::EmptyIdentity),
            (_, 0) => return Err(PskError::EmptySecret),
            (1..=MAX_LEN, 1..=MAX_LEN) => {}
            (_, 1..=MAX_LEN) => return Err(PskError::IdentityTooLong),
            _ => return Err(PskError::SecretTooLong),
        }
        if secret.iter().fold(0, |any, byte| any | byte) == 0 {
            return Err(PskError::SecretAllZero);
        }
        Ok(Self {
            identity: identity.to_vec(),
            secret: Zeroizing::new(secret.to_vec()),
            hash,
            imported: None,
            early_data: None,
        })
    }

    /// Makes it an imported PSK (RFC 9258): the context binds the key to information that both sides agree on, such as
    /// the names of client and server. The hash becomes that of the importer's extraction.
    ///
    /// # Errors
    ///
    /// [`PskError::ContextTooLong`] and [`PskError::ImportedIdentityTooLong`].
    pub fn with_context(mut self, context: &[u8]) -> Result<Self, PskError> {
        if context.len() > MAX_LEN {
            return Err(PskError::ContextTooLong);
        }
        if self.identity.len() + context.len() > MAX_LEN - ImportedIdentity::OVERHEAD {
            return Err(PskError::ImportedIdentityTooLong);
        }
        let keys = HashAlgorithm::ALL.map(|target| {
            let identity = imported_identity(&self.identity, context, target);
            import(self.hash, &self.secret, &identity, target)
        });
        self.imported = Some(Imported { context: context.to_vec(), keys });
        Ok(self)
    }

    /// Allows early data with it. Both sides must agree on the parameters, as on the rest of the PSK.
    ///
    /// Early data has no forward secrecy, and an attacker who records it can send it again: the server must distinguish
    /// copies from the original.
    ///
    /// # Errors
    ///
    /// [`PskError::EarlyDataSuiteMismatch`], [`PskError::EarlyDataSizeZero`] and [`PskError::BadProtocolName`].
    pub fn with_early_data(mut self, parameters: EarlyDataParameters) -> Result<Self, PskError> {
        if !self.target_hashes().contains(&parameters.cipher_suite.hash()) {
            return Err(PskError::EarlyDataSuiteMismatch);
        }
        if parameters.max_size == 0 {
            return Err(PskError::EarlyDataSizeZero);
        }
        if parameters.alpn.as_ref().is_some_and(|name| !(1..=255).contains(&name.len())) {
            return Err(PskError::BadProtocolName);
        }
        self.early_data = Some(parameters);
        Ok(self)
    }

    /// The parameters of its early data, if it allows any.
    #[must_use]
    pub fn early_data(&self) -> Option<&EarlyDataParameters> {
        self.early_data.as_ref()
    }

    /// The identity it was provisioned with.
    #[must_use]
    pub fn identity(&self) -> &[u8] {
        &self.identity
    }

    /// The hash it was provisioned with.
    #[must_use]
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The importer context, for an imported PSK.
    #[must_use]
    pub fn context(&self) -> Option<&[u8]> {
        self.imported.as_ref().map(|imported| imported.context.as_slice())
    }

    /// The hashes of the suites it can be used with.
    pub(crate) fn target_hashes(&self) -> &[HashAlgorithm] {
        match self.imported {
            None => core::slice::from_ref(&self.hash),
            Some(_) => &HashAlgorithm::ALL,
        }
    }

    /// The identity on the wire, under suites with `target`.
    pub(crate) fn wire_identity(&self, target: HashAlgorithm) -> Vec<u8> {
        match self.context() {
            None => self.identity.clone(),
            Some(context) => imported_identity(&self.identity, context, target),
        }
    }

    /// The key for suites with `target`, or `None` if the PSK cannot be used with them.
    pub(crate) fn for_hash(&self, target: HashAlgorithm) -> Option<Psk> {
        self.for_wire_identity(self.wire_identity(target), target)
    }

    /// As [`ExternalPsk::for_hash`], for callers that already have the [`ExternalPsk::wire_identity`].
    pub(crate) fn for_wire_identity(
        &self,
        identity: Vec<u8>,
        target: HashAlgorithm,
    ) -> Option<Psk> {
        let place = self.target_hashes().iter().position(|hash| *hash == target)?;
        let (kind, key) = match &self.imported {
            None => (PskKind::External, &self.secret),
            Some(imported) => (PskKind::Imported, imported.keys.get(place)?),
        };
        let mut psk = Psk::new(identity, kind, target, key.clone());
        // An imported PSK has one key for each hash, and early data is bound to one suite, and so to one of these keys.
        psk.early_data =
            self.early_data.clone().filter(|early| early.cipher_suite.hash() == target);
        psk.external_identity = Some(self.identity.clone());
        psk.context = self.context().map(<[u8]>::to_vec);
        Some(psk)
    }
}

/// The encoding of an `ImportedIdentity` for TLS 1.3.
pub(super) fn imported_identity(identity: &[u8], context: &[u8], target: HashAlgorithm) -> Vec<u8> {
    ImportedIdentity {
        external_identity: identity.to_vec(),
        context: context.to_vec(),
        target_protocol: ImportedIdentity::TLS13,
        target_kdf: target.kdf_id(),
    }
    .encode()
}

impl fmt::Debug for ExternalPsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalPsk").field("hash", &self.hash).finish_non_exhaustive()
    }
}
