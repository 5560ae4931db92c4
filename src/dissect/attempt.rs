//! A binder as a peer may have computed it (RFC 9846 section 4.3.11.2), right or wrong, to find out how it was
//! computed.

use crate::crypto::{Digest, HashAlgorithm};
use crate::error::Error;
use crate::keys::{PskKind, Transcript};
use crate::psk::{Psk, binder, import};
use crate::wire::{Handshake, Reader};
use zeroize::Zeroizing;

/// A guess at how a binder was computed.
#[derive(Clone, Copy)]
pub struct BinderAttempt<'a> {
    /// The PSK, of any length; for an imported PSK the external one.
    pub secret: &'a [u8],
    /// The hash of the binder.
    pub hash: HashAlgorithm,
    /// The kind, which decides the label of the binder key.
    pub kind: PskKind,
    /// The hash of the external PSK and the `ImportedIdentity` it is imported for (RFC 9258 section 5.1).
    pub import: Option<(HashAlgorithm, &'a [u8])>,
    /// The first ClientHello and the HelloRetryRequest; empty if the ClientHello is the first one.
    pub before: &'a [u8],
    /// The part of the ClientHello that the binder covers.
    pub covered: &'a [u8],
}

/// The result of an attempt.
#[derive(Debug)]
pub struct AttemptedBinder {
    /// The hash of the transcript.
    pub transcript_hash: Digest,
    /// The binder.
    pub binder: Digest,
}

/// Computes a binder. The caller compares it with the received one.
///
/// Fails with [`Error::Decode`] if `before` does not begin with a handshake message.
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
