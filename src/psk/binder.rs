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

/// Does the work of [`verify_binder`] for a hash that the selected PSK does not have, so that the time does not reveal
/// the PSK's hash. The key is fixed and the result is ignored: knowing the key gives no access.
pub fn verify_dummy_binder(hash: HashAlgorithm, transcript_hash: &Digest, received: &[u8]) {
    let early = EarlySecret::new(hash, Some(&[0xd5; 32]));
    let key = early.binder_key(PskKind::External).finished_key();
    core::hint::black_box(key.verify(transcript_hash, received));
}
