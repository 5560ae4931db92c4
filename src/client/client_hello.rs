//! What the ClientHello offers, its binders, and how a HelloRetryRequest changes it (RFC 9846 sections 4.2.2, 4.2.4 and
//! 4.3.11).
use super::ClientConfig;
use crate::crypto::{Digest, HashAlgorithm, KeyShare, hash_of};
use crate::endpoint::Context;
use crate::error::{Error, Usage, Violation};
use crate::keys::Transcript;
use crate::psk::{Psk, PskList, Session, binder};
use crate::wire::{
    CipherSuite, ClientHello, KeyShareEntry, NamedGroup, OfferedPsks, PskIdentity, TOO_LONG,
};

/// What a HelloRetryRequest settled.
pub(super) struct Retry {
    pub(super) cipher_suite: CipherSuite,
    pub(super) group: Option<NamedGroup>,
    pub(super) cookie: Option<Vec<u8>>,
    pub(super) transcript: Transcript,
}

/// Changes the ClientHello as the HelloRetryRequest asks, and sends it again.
pub(super) fn send_second(
    hello: &mut ClientHello,
    offered: &mut Vec<Psk>,
    share: &mut Option<KeyShare>,
    retry: &mut Retry,
    ctx: &mut Context,
) -> Result<(), Error> {
    hello.extensions.early_data = false;
    hello.extensions.cookie = retry.cookie.take();
    if let Some(group) = retry.group {
        let (generated, entry) = generate_share(group, ctx)?;
        hello.extensions.key_share = Some(vec![entry]);
        *share = Some(generated);
    }
    // PSKs of another hash could no longer be selected, and their binders would need a second transcript.
    let hash = hash_of(retry.cipher_suite);
    offered.retain(|psk| Some(psk.hash) == hash);
    let bytes = encode_with_binders(hello, offered, ctx.now, |_, truncated| {
        retry.transcript.with_truncated(truncated)
    })
    .map_err(|error| if_too_long(error, Violation::RetryTooLong))?;
    if !hello.legacy_session_id.is_empty() {
        ctx.writer.write_change_cipher_spec();
    }
    ctx.send_handshake(&bytes)?;
    retry.transcript.add(&bytes);
    Ok(())
}

/// The suites to offer and the PSKs in their wire form, the sessions before the others: early data goes with the first.
///
/// A client that needs a PSK offers the suites that fit one: a server that picks the suite first would otherwise miss the
/// PSK. One that accepts certificates offers its other suites behind those.
pub(super) fn suites_and_psks(
    config: &ClientConfig,
    sessions: &[&Session],
    psks: &PskList,
) -> Result<(Vec<CipherSuite>, Vec<Psk>), Error> {
    let suites = config.parameters.cipher_suites();
    if sessions.is_empty() && psks.is_empty() {
        return Err(Usage::NoPsk.into());
    }
    // Hashes in the order of the suites, each once.
    let mut hashes: Vec<HashAlgorithm> = Vec::new();
    for hash in suites.iter().filter_map(|suite| hash_of(*suite)) {
        if !hashes.contains(&hash) {
            hashes.push(hash);
        }
    }
    let resumption = sessions.iter().filter_map(|session| session.psk());
    let external = psks.iter().flat_map(|psk| hashes.iter().filter_map(|hash| psk.for_hash(*hash)));
    let offered: Vec<Psk> =
        resumption.chain(external).filter(|psk| hashes.contains(&psk.hash)).collect();
    let (mut suites, others): (Vec<CipherSuite>, _) = suites
        .iter()
        .copied()
        .partition(|suite| offered.iter().any(|psk| Some(psk.hash) == hash_of(*suite)));
    if config.full_handshake() {
        suites.extend(others);
    }
    if suites.is_empty() { Err(Usage::NoUsableCipherSuite.into()) } else { Ok((suites, offered)) }
}

pub(super) fn generate_share(
    group: NamedGroup,
    ctx: &mut Context,
) -> Result<(KeyShare, KeyShareEntry), Error> {
    let share = KeyShare::generate(group, &mut ctx.random)
        .map_err(|_| Error::Internal("key share generation"))?;
    let entry = KeyShareEntry { group, key_exchange: share.public().to_vec() };
    Ok((share, entry))
}

/// Says who is to blame for a hello that is too long to encode.
pub(super) fn if_too_long(error: Error, cause: impl Into<Error>) -> Error {
    if error == Error::Internal(TOO_LONG) { cause.into() } else { error }
}

/// Encodes the hello with a binder for each PSK. A binder covers everything before the binders, lengths
/// included as if they were there (section 4.3.11.2), so placeholders of the right length go first.
pub(super) fn encode_with_binders(
    hello: &mut ClientHello,
    offered: &[Psk],
    now: u64,
    transcript_hash: impl Fn(HashAlgorithm, &[u8]) -> Digest,
) -> Result<Vec<u8>, Error> {
    let identities = offered
        .iter()
        .map(|psk| PskIdentity {
            identity: psk.identity.clone(),
            obfuscated_ticket_age: psk.age.map_or(0, |age| age.obfuscated(now)),
        })
        .collect();
    let placeholders = offered.iter().map(|psk| vec![0; psk.hash.output_len()]).collect();
    let mut psks = OfferedPsks { identities, binders: placeholders };
    let binders_len = psks.binders_len();
    hello.extensions.pre_shared_key = (!offered.is_empty()).then(|| psks.clone());
    let bytes = hello.encode()?;
    if offered.is_empty() {
        return Ok(bytes);
    }
    let truncated = bytes.get(..bytes.len() - binders_len).unwrap_or_default();
    psks.binders = offered
        .iter()
        .map(|psk| binder(psk, &transcript_hash(psk.hash, truncated)).as_ref().to_vec())
        .collect();
    hello.extensions.pre_shared_key = Some(psks);
    hello.encode()
}
