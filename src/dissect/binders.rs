//! The binders of a ClientHello from elsewhere (RFC 9846 section 4.3.11.2).

use crate::crypto::Digest;
use crate::error::Error;
use crate::keys::{PskKind, Transcript, binder_hash_of_first_hello};
use crate::psk::{ExternalPsk, Psk, binder};
use crate::wire::{ClientHello, Handshake, HandshakeType, OfferedPsks, Reader, ServerHello};

/// The check of the binder of one identity of a PSK.
#[derive(Debug)]
pub struct BinderCheck {
    /// The place of the identity in the offer, from 0.
    pub index: usize,
    /// The kind of the PSK, which decides the label of the binder key.
    pub kind: PskKind,
    /// The hash of the transcript up to the end of the truncated ClientHello.
    pub transcript_hash: Digest,
    /// The correct binder.
    pub expected: Digest,
    /// Whether the binder in the message is correct.
    pub verified: bool,
}

/// Computes the binders of the PSK's identities in a ClientHello.
///
/// The messages are either only a first ClientHello; or the first, the HelloRetryRequest and the second, whose binders
/// are then computed, as they cover all three. Other identities have no check.
pub fn check_binders(messages: &[u8], psk: &ExternalPsk) -> Result<Vec<BinderCheck>, Error> {
    let mut r = Reader::new(messages);
    let first = next(&mut r, HandshakeType::CLIENT_HELLO)?;
    if r.is_empty() {
        return check(first, psk, |psk, truncated| binder_hash_of_first_hello(psk.hash, truncated));
    }
    let retry = next(&mut r, HandshakeType::SERVER_HELLO)?;
    if !ServerHello::read(retry.body())?.is_retry() {
        return Err(unexpected("server_hello"));
    }
    let second = next(&mut r, HandshakeType::CLIENT_HELLO)?;
    r.finish("ClientHello")?;
    check(second, psk, |psk, truncated| {
        let first_hash = psk.hash.digest(first.bytes);
        let mut transcript = Transcript::from_message_hash(psk.hash, first_hash.as_ref());
        transcript.add(retry.bytes);
        transcript.with_truncated(truncated)
    })
}

fn check(
    hello: Handshake<'_>,
    psk: &ExternalPsk,
    transcript_hash: impl Fn(&Psk, &[u8]) -> Digest,
) -> Result<Vec<BinderCheck>, Error> {
    let parsed = ClientHello::read(hello.body())?;
    let offer = parsed.extensions.pre_shared_key.unwrap_or_else(OfferedPsks::none);
    let truncated = offer.truncated(hello.bytes);
    let ours: Vec<_> =
        psk.target_hashes().iter().filter_map(|target| psk.for_hash(*target)).collect();
    let offered = offer.identities.iter().zip(&offer.binders).enumerate();
    Ok(offered
        .filter_map(|(index, (offered, received))| {
            let psk = ours.iter().find(|psk| psk.identity == offered.identity)?;
            let transcript_hash = transcript_hash(psk, truncated);
            let expected = binder(psk, &transcript_hash);
            let verified = expected.ct_eq(received);
            Some(BinderCheck { index, kind: psk.kind, transcript_hash, expected, verified })
        })
        .collect())
}

fn next<'a>(r: &mut Reader<'a>, msg_type: HandshakeType) -> Result<Handshake<'a>, Error> {
    let (message, _) = Handshake::read(r)?;
    if message.msg_type == msg_type { Ok(message) } else { Err(unexpected(message.name())) }
}

/// The error for a message that cannot precede the binders.
const fn unexpected(received: &'static str) -> Error {
    Error::UnexpectedMessage { received, state: "START" }
}
