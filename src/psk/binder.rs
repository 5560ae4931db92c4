//! PSK binders (RFC 9846 section 4.3.11.2).

use super::Psk;
use crate::crypto::{Digest, HashAlgorithm};
use crate::keys::{EarlySecret, PskKind};

/// The binder of `psk` over a truncated ClientHello's transcript hash.
pub fn binder(psk: &Psk, transcript_hash: &Digest) -> Digest {
    psk.early_secret().binder_key(psk.kind).finished_key().verify_data(transcript_hash)
}

/// Checks a binder in constant time.
pub fn verify_binder(psk: &Psk, transcript_hash: &Digest, received: &[u8]) -> bool {
    binder(psk, transcript_hash).ct_eq(received)
}

/// The key of binders that are verified without a PSK. Knowing it gives no access, as the results are ignored.
pub(super) const STAND_IN_KEY: [u8; 32] = [0xd5; 32];

/// Does the work of [`verify_binder`] for a hash that the selected PSK does not have, so that the time does not reveal
/// the PSK's hash.
pub fn verify_dummy_binder(hash: HashAlgorithm, transcript_hash: &Digest, received: &[u8]) {
    let early = EarlySecret::new(hash, Some(&STAND_IN_KEY));
    let key = early.binder_key(PskKind::External).finished_key();
    core::hint::black_box(key.verify(transcript_hash, received));
}
