//! Pre-shared keys, and how they are offered, bound and looked up.

mod authentication;
mod binder;
mod early_data;
mod external;
mod importer;
mod kinds;
mod list;
mod offer;
mod recent;
mod resumable;
mod roles;
mod selection;
mod session;
mod ticket;

pub use authentication::{Authentication, Verdict};
pub use binder::{binder, verify_binder, verify_dummy_binder};
pub use early_data::EarlyDataParameters;
pub use external::{ExternalPsk, PskError};
pub use importer::{ImportedIdentity, import};
pub use kinds::PskKinds;
pub(crate) use list::key_of;
pub use list::{Found, PskList};
pub use offer::{OfferedPsk, OfferedPskList, OfferedTicket};
pub(crate) use recent::Recent;
pub use resumable::TicketAge;
pub(crate) use resumable::{MAX_TICKET_LEN, Resumable, Terms, resumption_psk};
pub use roles::{SharedGuard, may_serve, share_guard};
pub use selection::Selection;
pub(crate) use session::Issued;
pub use session::Session;
pub(crate) use ticket::TicketState;

use std::sync::{Arc, OnceLock};

use crate::crypto::HashAlgorithm;
use crate::keys::{EarlySecret, PskKind};
use authentication::Fingerprint;
use zeroize::Zeroizing;

/// A PSK as the handshake uses it: one wire identity, one key, one hash.
///
/// An external PSK is one of these; an imported one becomes one for each target KDF (RFC 9258 section 5.1).
#[derive(Clone)]
pub struct Psk {
    /// `PskIdentity.identity`.
    pub identity: Vec<u8>,
    /// The origin of the PSK, which decides the label of its binder.
    pub kind: PskKind,
    /// The hash of the suites that it may be used with.
    pub hash: HashAlgorithm,
    /// The parameters of its early data, if it allows any.
    pub early_data: Option<EarlyDataParameters>,
    /// The age of a client's ticket; an external PSK has none.
    pub age: Option<TicketAge>,
    /// The identity that it was provisioned with: its own, the one that was imported, or that of the handshake that a
    /// ticket descends from.
    pub external_identity: Option<Vec<u8>>,
    /// The importer context of an imported PSK.
    pub(crate) context: Option<Vec<u8>>,
    /// For a ticket or a session: how the peer was authenticated in the handshake that it descends from.
    pub(crate) descent: Option<Arc<Authentication>>,
    key: Zeroizing<Vec<u8>>,
    /// Extracted once: for the binder, and again for the keys of early data and of the handshake.
    early_secret: OnceLock<EarlySecret>,
}

impl Psk {
    pub(crate) fn new(
        identity: Vec<u8>,
        kind: PskKind,
        hash: HashAlgorithm,
        key: Zeroizing<Vec<u8>>,
    ) -> Self {
        Self {
            identity,
            kind,
            hash,
            early_data: None,
            age: None,
            external_identity: None,
            context: None,
            descent: None,
            key,
            early_secret: OnceLock::new(),
        }
    }

    /// A PSK that nobody has, in as much memory as an external one.
    pub(crate) fn stand_in(identity: &[u8]) -> Self {
        let key = Zeroizing::new(binder::STAND_IN_KEY.to_vec());
        let mut psk = Self::new(identity.to_vec(), PskKind::External, HashAlgorithm::Sha256, key);
        psk.external_identity = Some(identity.to_vec());
        psk
    }

    /// The PSK of a ticket or a session that descends from a handshake with this authentication.
    pub(crate) fn resuming(
        identity: Vec<u8>,
        hash: HashAlgorithm,
        key: Zeroizing<Vec<u8>>,
        authentication: Arc<Authentication>,
    ) -> Self {
        let external_identity = authentication.external_identity().map(<[u8]>::to_vec);
        Self {
            external_identity,
            descent: Some(authentication),
            ..Self::new(identity, PskKind::Resumption, hash, key)
        }
    }

    /// How a peer that holds it is authenticated: for a ticket or a session as in the full handshake, otherwise by this
    /// PSK.
    pub(crate) fn authentication(&self, now: u64) -> Authentication {
        match &self.descent {
            Some(authentication) => authentication.as_ref().clone(),
            None => Authentication::by_psk(self, now),
        }
    }

    /// Identifies its key: the first 16 bytes of `HMAC-SHA256(key, "tls-psk fingerprint" | kdf | identity)`.
    fn fingerprint(&self) -> Fingerprint {
        let kdf = self.hash.kdf_id().to_be_bytes();
        let input = [&b"tls-psk fingerprint"[..], &kdf, &self.identity].concat();
        let digest = HashAlgorithm::Sha256.hmac(&self.key, &input);
        digest.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// The first secret of the key schedule.
    pub fn early_secret(&self) -> &EarlySecret {
        self.early_secret.get_or_init(|| EarlySecret::new(self.hash, Some(&self.key)))
    }
}

impl core::fmt::Debug for Psk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Psk")
            .field("kind", &self.kind)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}
