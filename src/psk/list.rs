//! The PSKs of a client or a server, in order of preference.

use core::fmt;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;

use super::{Authentication, ExternalPsk, PskError};
use crate::crypto::HashAlgorithm;

/// A list of PSKs. The order is the preference; identities are unique.
///
/// A lookup costs one hash of the identity, whatever the length of the list. The index is keyed by the
/// identity's SHA-256, so the time of its comparisons says nothing about the identities it holds.
#[derive(Clone, Default)]
pub struct PskList {
    psks: Vec<ExternalPsk>,
    index: IdentityMap<Position>,
    /// The encoded length of an offer of the whole list, `OfferedPsks` of RFC 9846 section 4.3.11.
    offer_len: usize,
}

impl fmt::Debug for PskList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A digest gives away an identity that can be guessed.
        f.debug_struct("PskList").field("psks", &self.psks).finish_non_exhaustive()
    }
}

/// Where a wire identity leads.
#[derive(Clone, Copy, Debug)]
struct Position {
    rank: usize,
    hash: HashAlgorithm,
}

/// A PSK that a lookup found.
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
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a copy of `psk` as the least preferred.
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

    /// As [`PskList::append`], for a list that a client offers whole: it must fit one ClientHello, together with the
    /// `others` that are offered beside it, in encoded bytes.
    pub fn append_to_offer(&mut self, psk: &ExternalPsk, others: usize) -> Result<(), PskError> {
        self.check_offer(others + offer_len(psk))?;
        self.append(psk)
    }

    /// Whether the list and so many more encoded bytes fit one ClientHello.
    pub(crate) fn check_offer(&self, more: usize) -> Result<(), PskError> {
        if Self::OFFER_OVERHEAD + self.offer_len + more > Self::MAX_OFFER_LEN {
            return Err(PskError::OfferTooLong);
        }
        Ok(())
    }

    /// Finds the PSK of a wire identity, plain or imported.
    pub fn find(&self, identity: &[u8]) -> Option<Found<'_>> {
        self.find_key(&key_of(identity))
    }

    /// As [`PskList::find`], for whoever looks into more than one list.
    pub(crate) fn find_key(&self, key: &IdentityKey) -> Option<Found<'_>> {
        let position = self.index.get(key)?;
        let psk = self.psks.get(position.rank)?;
        Some(Found { rank: position.rank, hash: position.hash, psk })
    }

    /// The PSK that an authentication names by identity and context; its key may be another one by now.
    pub(crate) fn named(&self, authentication: &Authentication) -> Option<&ExternalPsk> {
        let identity = authentication.wire_identity()?;
        self.find(&identity).map(|found| found.psk)
    }

    /// The PSKs, most preferred first.
    pub fn iter(&self) -> impl Iterator<Item = &ExternalPsk> {
        self.psks.iter()
    }

    /// How many PSKs there are.
    pub fn len(&self) -> usize {
        self.psks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.psks.is_empty()
    }
}

/// A map by wire identities, as their [`key_of`].
pub(super) type IdentityMap<V> = HashMap<IdentityKey, V, BuildHasherDefault<Prefix>>;

/// Hashes a digest by taking the beginning of it. Identities whose digests begin alike can be searched for, and would
/// make lookups slow; but only who provisions PSKs gets an identity into a map, not who offers one.
#[derive(Default)]
pub(super) struct Prefix(u64);

impl Hasher for Prefix {
    fn write(&mut self, digest: &[u8]) {
        // The length of the array comes before it, and is overwritten.
        self.0 = digest.first_chunk().map_or(0, |prefix| u64::from_ne_bytes(*prefix));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What the index has for a wire identity: its SHA-256.
pub(crate) type IdentityKey = [u8; 32];

pub(crate) fn key_of(identity: &[u8]) -> IdentityKey {
    let mut key = [0; 32];
    for (to, from) in key.iter_mut().zip(HashAlgorithm::Sha256.digest(identity).as_ref()) {
        *to = *from;
    }
    key
}

/// What a PSK adds to an offer.
fn offer_len(psk: &ExternalPsk) -> usize {
    psk.target_hashes()
        .iter()
        .map(|hash| offered_len(psk.wire_identity(*hash).len(), hash.output_len()))
        .sum()
}

/// What an identity adds to an offer, in encoded bytes: itself with its length and age, and its binder with its length.
pub(super) fn offered_len(identity: usize, binder: usize) -> usize {
    2 + identity + 4 + 1 + binder
}
