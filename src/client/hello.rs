//! Sending the ClientHello, first and second (RFC 9846 sections 4.2.2 and 4.3.11).

use std::sync::Arc;

use super::wait_server_hello::{Retry, WaitServerHello};
use super::{ClientConfig, EarlyDataOffer, State, grease, sessions};
use crate::crypto::{Digest, HashAlgorithm, KeyShare, hash_of};
use crate::endpoint::Context;
use crate::error::{Error, Usage, Violation};
use crate::keys::{BinderKind, TranscriptBuffer, binder_hash_of_first_hello};
use crate::psk::{EarlyDataParameters, Psk, PskKinds, PskList, Role, Session, binder, may_serve};
use crate::wire::{
    CipherSuite, ClientExtensions, ClientHello, KeyShareEntry, NamedGroup, OfferedPsks,
    ProtocolVersion, PskIdentity, PskKeyExchangeMode, TOO_LONG,
};

/// Builds and sends the first ClientHello.
pub(super) fn send_first(
    config: &Arc<ClientConfig>,
    kinds: PskKinds,
    offered_sessions: &[&Session],
    psks: &PskList,
    ctx: &mut Context,
) -> Result<State, Error> {
    let parameters = &config.parameters;
    let (mut cipher_suites, offered) =
        if config.full_handshake() && offered_sessions.is_empty() && psks.is_empty() {
            (parameters.cipher_suites().to_vec(), Vec::new())
        } else {
            suites_and_psks(config, offered_sessions, psks)?
        };
    if !parameters.allow_both_roles && !offered.iter().all(|psk| may_serve(psk, Role::Client)) {
        return Err(Usage::IdentityInBothRoles.into());
    }
    let cert_with_extern_psk = config.certificate_with_psk()
        && !offered.is_empty()
        && offered.iter().all(|psk| psk.kind != BinderKind::Resumption);
    let early_data = early_data_of(config, &cipher_suites, &offered)
        // Early data is not for a server that still has to show its certificate (RFC 8773 section 5.1).
        .filter(|_| !cert_with_extern_psk)
        .filter(|_| !offered.first().is_some_and(|psk| sessions::is_to_be_judged(config, psk)));
    if let Some(early_data) = &early_data {
        // Early data is rejected by a server that comes to another suite, and many go by the client's order.
        cipher_suites.retain(|suite| *suite != early_data.cipher_suite);
        cipher_suites.insert(0, early_data.cipher_suite);
    }
    let random = ctx.random.array();
    let legacy_session_id = if parameters.middlebox_compatibility {
        ctx.random.array::<32>().to_vec()
    } else {
        Vec::new()
    };

    let mut extensions = ClientExtensions {
        server_name: config.server_name().map(<[u8]>::to_vec),
        signature_algorithms: Some(config.signature_algorithms()),
        alpn: Some(parameters.alpn().to_vec()).filter(|alpn| !alpn.is_empty()),
        record_size_limit: parameters.record_size_limit(),
        early_data: early_data.is_some(),
        supported_versions: Some(vec![ProtocolVersion::TLS13]),
        // Without a PSK to offer they say how a ticket of this connection can be used.
        psk_key_exchange_modes: Some(parameters.psk_modes().to_vec())
            .filter(|_| !config.full_handshake() || !offered.is_empty() || kinds.resumption()),
        cert_with_extern_psk,
        ..ClientExtensions::default()
    };
    let mut share = None;
    if parameters.allows(PskKeyExchangeMode::PSK_DHE_KE) || config.full_handshake() {
        let first = parameters.groups().first().copied().ok_or(Error::Internal("no group"))?;
        let (generated, entry) = generate_share(first, ctx)?;
        extensions.supported_groups = Some(parameters.groups().to_vec());
        extensions.key_share = Some(vec![entry]);
        share = Some(generated);
    }
    let mut hello = ClientHello {
        legacy_version: ProtocolVersion::TLS12,
        random,
        legacy_session_id,
        cipher_suites,
        legacy_compression_methods: vec![0],
        extensions,
    };
    if parameters.grease {
        grease::add(&mut hello, &mut ctx.random);
    }
    let bytes = encode_with_binders(&mut hello, &offered, ctx.now, binder_hash_of_first_hello)
        .map_err(|error| if_too_long(error, Usage::MessageTooLong))?;

    ctx.set_client_random(random);
    ctx.writer.expect_first_hello();
    ctx.send_handshake(&bytes)?;
    ctx.reader.accept_change_cipher_spec(true);
    let first_hello = TranscriptBuffer::new(&bytes);
    let early_data = match (early_data, offered.first()) {
        (Some(parameters), Some(psk)) => {
            if !hello.legacy_session_id.is_empty() {
                ctx.writer.write_change_cipher_spec();
            }
            Some(EarlyDataOffer::begin(ctx, psk, parameters, &first_hello.start(psk.hash))?)
        }
        _ => None,
    };
    Ok(State::WaitServerHello(Box::new(WaitServerHello {
        config: config.clone(),
        kinds,
        hello,
        offered,
        share,
        early_data,
        first_hello,
        retry: None,
        early_data_rejected: false,
    })))
}

/// What early data would be bound to, if it can be offered: it goes with the first PSK alone, and the handshake must be
/// able to come to the same parameters.
fn early_data_of(
    config: &ClientConfig,
    suites: &[CipherSuite],
    offered: &[Psk],
) -> Option<EarlyDataParameters> {
    let parameters = offered.first()?.early_data.as_ref().filter(|_| config.early_data)?;
    let alpn = config.parameters.alpn();
    let same_protocol = parameters.alpn.as_ref().is_none_or(|name| alpn.contains(name));
    (suites.contains(&parameters.cipher_suite) && same_protocol).then(|| parameters.clone())
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
fn suites_and_psks(
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

fn generate_share(
    group: NamedGroup,
    ctx: &mut Context,
) -> Result<(KeyShare, KeyShareEntry), Error> {
    let share = KeyShare::generate(group, &mut ctx.random)
        .map_err(|_| Error::Internal("key share generation"))?;
    let entry = KeyShareEntry { group, key_exchange: share.public().to_vec() };
    Ok((share, entry))
}

/// Says who is to blame for a hello that is too long to encode.
fn if_too_long(error: Error, cause: impl Into<Error>) -> Error {
    if error == Error::Internal(TOO_LONG) { cause.into() } else { error }
}

/// Encodes the hello with a binder for each PSK. A binder covers everything before the binders, lengths
/// included as if they were there (section 4.3.11.2), so placeholders of the right length go first.
fn encode_with_binders(
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
