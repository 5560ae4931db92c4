//! The PSKs of a client or a server, in order of preference.

use core::fmt;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;

use super::{Authentication, ExternalPsk, PskError};
use crate::crypto::HashAlgorithm;
use crate::newtype::for_tools;

/// A list of PSKs, in order of preference; identities are unique.
///
/// A look-up costs one hash of the identity, whatever the length of the list. The index is keyed by the identity's
/// SHA-256, so the time of its comparisons reveals nothing about the identities in it.
#[derive(Clone, Default)]
pub struct PskList {
    psks: Vec<ExternalPsk>,
    index: IdentityMap<Position>,
    /// The encoded length of an offer of the whole list, `OfferedPsks` of RFC 9846 section 4.3.11.
    offer_len: usize,
}

impl fmt::Debug for PskList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With a digest, guesses of an identity can be tested.
        f.debug_struct("PskList").field("psks", &self.psks).finish_non_exhaustive()
    }
}

/// The entry of a wire identity.
#[derive(Clone, Copy, Debug)]
struct Position {
    rank: usize,
    hash: HashAlgorithm,
}

/// A PSK that was found.
#[derive(Debug)]
pub struct Found<'a> {
    /// Its place in the list; smaller is preferred.
    pub rank: usize,
    /// The hash it was found under.
    pub hash: HashAlgorithm,
    /// The PSK.
    pub psk: &'a ExternalPsk,
}

impl PskList {
    /// Length fields of `identities` and `binders`.
    const OFFER_OVERHEAD: usize = 4;
    const MAX_OFFER_LEN: usize = 0xffff;

    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a copy of `psk` as the least preferred.
    ///
    /// # Errors
    ///
    /// [`PskError::DuplicateIdentity`] and [`PskError::OfferTooLong`].
    pub fn append(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        let keys: Vec<_> = psk
            .target_hashes()
            .iter()
            .map(|hash| (key_of(&psk.wire_identity(*hash)), *hash))
            .collect();
        if keys.iter().any(|(key, _)| self.index.contains_key(key)) {
            return Err(PskError::DuplicateIdentity);
        }
        let rank = self.psks.len();
        for (key, hash) in keys {
            self.index.insert(key, Position { rank, hash });
        }
        self.offer_len += offer_len(psk);
        self.psks.push(psk.clone());
        Ok(())
    }

    for_tools! {
        /// As [`PskList::append`], for a list that a client offers completely: it must fit one ClientHello, together
        /// with `others`, the encoded bytes of everything else that is offered.
        pub fn append_to_offer(&mut self, psk: &ExternalPsk, others: usize) -> Result<(), PskError> {
            self.check_offer(others + offer_len(psk))?;
            self.append(psk)
        }
    }

    /// Whether the list and `more` encoded bytes fit one ClientHello.
    pub(crate) fn check_offer(&self, more: usize) -> Result<(), PskError> {
        if Self::OFFER_OVERHEAD + self.offer_len + more > Self::MAX_OFFER_LEN {
            return Err(PskError::OfferTooLong);
        }
        Ok(())
    }

    for_tools! {
        /// Finds the PSK of a wire identity, plain or imported.
        pub fn find(&self, identity: &[u8]) -> Option<Found<'_>> {
            self.find_key(&key_of(identity))
        }
    }

    /// As [`PskList::find`], for a look-up in several lists.
    pub(crate) fn find_key(&self, key: &IdentityKey) -> Option<Found<'_>> {
        let position = self.index.get(key)?;
        let psk = self.psks.get(position.rank)?;
        Some(Found { rank: position.rank, hash: position.hash, psk })
    }

    /// The PSK that an authentication names by identity and context; its key may have changed since.
    pub(crate) fn named(&self, authentication: &Authentication) -> Option<&ExternalPsk> {
        let identity = authentication.wire_identity()?;
        self.find(&identity).map(|found| found.psk)
    }

    /// The PSKs, most preferred first.
    pub fn iter(&self) -> impl Iterator<Item = &ExternalPsk> {
        self.psks.iter()
    }

    /// How many PSKs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.psks.len()
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.psks.is_empty()
    }
}

/// A map keyed by the [`key_of`] wire identities.
pub(super) type IdentityMap<V> = HashMap<IdentityKey, V, BuildHasherDefault<Prefix>>;

/// Hashes a digest by taking its first bytes. An attacker could search for identities whose digests begin with the same
/// bytes, which would make look-ups slow. But only provisioned identities are in a map, not offered ones.
#[derive(Default)]
pub(super) struct Prefix(u64);

impl Hasher for Prefix {
    fn write(&mut self, digest: &[u8]) {
        // The length of the array is hashed first, and overwritten here.
        self.0 = digest.first_chunk().map_or(0, |prefix| u64::from_ne_bytes(*prefix));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The key of a wire identity in the index: its SHA-256.
pub(crate) type IdentityKey = [u8; 32];

pub(crate) fn key_of(identity: &[u8]) -> IdentityKey {
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(HashAlgorithm::Sha256.digest(identity).as_ref()) {
        *to = *from;
    }
    key
}

/// The encoded bytes that a PSK adds to an offer.
fn offer_len(psk: &ExternalPsk) -> usize {
    psk.target_hashes()
        .iter()
        .map(|hash| offered_len(psk.wire_identity(*hash).len(), hash.output_len()))
        .sum()
}

/// The encoded bytes that an identity adds to an offer: identity, length and age, and the binder with its length.
pub(super) fn offered_len(identity: usize, binder: usize) -> usize {
    2 + identity + 4 + 1 + binder
}
