//! A binder as a peer may have computed it (RFC 9846 section 4.3.11.2), right or wrong: for finding out how.

use crate::crypto::{Digest, HashAlgorithm};
use crate::error::Error;
use crate::keys::{BinderKind, Transcript};
use crate::psk::{Psk, binder, import};
use crate::wire::{Handshake, Reader};
use zeroize::Zeroizing;

/// A guess at how a binder was computed.
#[derive(Clone, Copy)]
pub struct BinderAttempt<'a> {
    /// The PSK, of any length; of an imported PSK the external one.
    pub secret: &'a [u8],
    /// The hash of the binder.
    pub hash: HashAlgorithm,
    /// Which label derives the binder key.
    pub kind: BinderKind,
    /// The hash of the external PSK and the `ImportedIdentity` it is imported for (RFC 9258 section 5.1).
    pub import: Option<(HashAlgorithm, &'a [u8])>,
    /// The first ClientHello and the HelloRetryRequest; empty if the ClientHello is the first one.
    pub before: &'a [u8],
    /// The ClientHello as far as the binder covers it.
    pub covered: &'a [u8],
}

/// What an attempt comes to.
#[derive(Debug)]
pub struct AttemptedBinder {
    /// The hash of the transcript.
    pub transcript_hash: Digest,
    /// The binder.
    pub binder: Digest,
}

/// Computes a binder. It is no verdict: the caller compares it with what was received.
///
/// Fails with [`Error::Decode`] when `before` is no handshake message with others behind it.
pub fn attempt_binder(attempt: &BinderAttempt<'_>) -> Result<AttemptedBinder, Error> {
    let &BinderAttempt { secret, hash, kind, import: from, before, covered } = attempt;
    let transcript_hash = if before.is_empty() {
        hash.digest(covered)
    } else {
        let mut r = Reader::new(before);
        let (first, _) = Handshake::read(&mut r)?;
        let first_hash = hash.digest(first.bytes);
        let mut transcript = Transcript::from_message_hash(hash, first_hash.as_ref());
        transcript.add(r.rest());
        transcript.with_truncated(covered)
    };
    let key = match from {
        Some((own_hash, identity)) => import(own_hash, secret, identity, hash),
        None => Zeroizing::new(secret.to_vec()),
    };
    let psk = Psk::new(Vec::new(), kind, hash, key);
    Ok(AttemptedBinder { binder: binder(&psk, &transcript_hash), transcript_hash })
}
