//! The ClientHello, its binders, and how a HelloRetryRequest changes it (RFC 9846 sections 4.2.2, 4.2.4 and 4.3.11).

use super::offer::Offer;
use super::{ClientConfig, grease};
use crate::crypto::{Digest, HashAlgorithm, KeyShare, Suite};
use crate::endpoint::Context;
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::psk::{Psk, PskKinds, binder};
use crate::wire::{
    ClientExtensions, ClientHello, KeyShareEntry, NamedGroup, OfferedPsks, ProtocolVersion,
    PskIdentity, PskKeyExchangeMode, TOO_LONG,
};

/// The first ClientHello, without its binders (section 4.2.2).
pub(super) fn first_client_hello(
    config: &ClientConfig,
    kinds: PskKinds,
    offer: &Offer,
    ctx: &mut Context,
) -> Result<(ClientHello, Option<KeyShare>), Error> {
    let parameters = &config.parameters;
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
        early_data: offer.early_data.is_some(),
        supported_versions: Some(vec![ProtocolVersion::TLS13]),
        // Without a PSK to offer, they say how a ticket of this connection can be used.
        psk_key_exchange_modes: Some(parameters.psk_modes().to_vec())
            .filter(|_| !config.full_handshake() || !offer.psks.is_empty() || kinds.resumption()),
        cert_with_extern_psk: offer.cert_with_extern_psk,
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
        cipher_suites: offer.cipher_suites.iter().map(|suite| suite.code_point()).collect(),
        legacy_compression_methods: vec![0],
        extensions,
    };
    if parameters.grease {
        grease::add(&mut hello, &mut ctx.random);
    }
    Ok((hello, share))
}

/// What a HelloRetryRequest asks the client to change.
pub(super) struct RequestedChanges {
    pub(super) cipher_suite: Suite,
    pub(super) group: Option<NamedGroup>,
    pub(super) cookie: Option<Vec<u8>>,
    pub(super) transcript: Transcript,
}

/// Changes the ClientHello as the HelloRetryRequest requires, and sends it again.
pub(super) fn send_second(
    hello: &mut ClientHello,
    offered: &mut Vec<Psk>,
    share: &mut Option<KeyShare>,
    retry: &mut RequestedChanges,
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
    let hash = retry.cipher_suite.hash();
    offered.retain(|psk| psk.hash == hash);
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

fn generate_share(
    group: NamedGroup,
    ctx: &mut Context,
) -> Result<(KeyShare, KeyShareEntry), Error> {
    let share = KeyShare::generate(group, &mut ctx.random)
        .map_err(|_| Error::Internal("key share generation"))?;
    let entry = KeyShareEntry { group, key_exchange: share.public().to_vec() };
    Ok((share, entry))
}

/// The error for a hello that is too long to encode, which depends on the cause.
pub(super) fn if_too_long(error: Error, cause: impl Into<Error>) -> Error {
    if error == Error::Internal(TOO_LONG) { cause.into() } else { error }
}

/// Encodes the hello with a binder for each PSK. A binder covers everything before the binders, with lengths that
/// include them (section 4.3.11.2), so placeholders of the right length are written first.
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
    // One hash of the hello for each algorithm, however many PSKs there are.
    let hashes: Vec<_> = HashAlgorithm::ALL
        .into_iter()
        .filter(|hash| offered.iter().any(|psk| psk.hash == *hash))
        .map(|hash| (hash, transcript_hash(hash, truncated)))
        .collect();
    let binder_of = |psk: &Psk| {
        let (_, covered) = hashes.iter().find(|(hash, _)| *hash == psk.hash)?;
        Some(binder(psk, covered).as_ref().to_vec())
    };
    psks.binders = offered.iter().filter_map(binder_of).collect();
    hello.extensions.pre_shared_key = Some(psks);
    hello.encode()
}
