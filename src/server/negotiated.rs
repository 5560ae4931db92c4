//! NEGOTIATED: ServerHello and EncryptedExtensions (RFC 9846 sections 4.2.3 and 4.4.1).
use super::State;
use super::early_data::EarlyKeys;
#[cfg(feature = "certificates")]
use super::flight;
use super::flight::Flight;
use super::pre_shared_keys::ServerPsks;
use super::selection::Chosen;
use crate::crypto::{SharedSecret, hash_of, respond};
use crate::endpoint::{Context, EarlyDataOutcome, Negotiated};
use crate::error::{Error, Violation};
use crate::keys::{EarlySecret, Transcript};
use crate::psk::{Authentication, EarlyDataParameters, Role, may_serve};
use crate::wire::{
    CipherSuite, ClientHello, EncryptedExtensions, KeyShareEntry, ProtocolVersion,
    PskKeyExchangeMode, ServerExtensions, ServerHello,
};

/// Everything is agreed on.
pub(super) struct Acceptance {
    pub(super) psks: ServerPsks,
    /// The last ClientHello.
    pub(super) hello: ClientHello,
    /// The PSK; without one the server shows a certificate.
    pub(super) chosen: Option<Chosen>,
    pub(super) suite: CipherSuite,
    /// The client's share, `None` under psk_ke.
    pub(super) share: Option<KeyShareEntry>,
    pub(super) alpn: Option<Vec<u8>>,
    /// Up to the last ClientHello.
    pub(super) transcript: Transcript,
    pub(super) hello_retry_request: bool,
    pub(super) early_data_offered: bool,
    /// What accepted early data is bound to.
    pub(super) early_data: Option<EarlyDataParameters>,
}

/// Sends ServerHello and EncryptedExtensions, and what follows.
pub(super) fn accept(ctx: &mut Context, acceptance: Acceptance) -> Result<State, Error> {
    let Acceptance {
        psks,
        hello,
        chosen,
        suite,
        share,
        alpn,
        mut transcript,
        hello_retry_request,
        early_data_offered,
        early_data,
    } = acceptance;
    let config = &psks.config;
    let (index, psk) = match chosen {
        Some(Chosen { index, psk }) => {
            // The binder has verified, so this is no stranger's word.
            if !config.parameters.allow_both_roles && !may_serve(&psk, Role::Server) {
                return Err(Violation::IdentityInBothRoles.into());
            }
            let index = u16::try_from(index).map_err(|_| Violation::NoAcceptablePsk)?;
            (Some(index), Some(psk))
        }
        None => (None, None),
    };
    #[cfg(feature = "certificates")]
    let identity = match &psk {
        None => Some(config.certificates.choose(&hello.extensions)?),
        Some(psk) if certificate_beside(config, &hello, psk) && share.is_some() => {
            config.certificates.choose(&hello.extensions).ok()
        }
        Some(_) => None,
    };
    #[cfg(feature = "certificates")]
    let (server_certificate, named) =
        (identity.is_some(), identity.as_ref().is_some_and(|(_, named)| *named));
    #[cfg(feature = "certificates")]
    let certificate_digest = identity.as_ref().map(|(identity, _)| identity.credentials.digest());
    #[cfg(not(feature = "certificates"))]
    let (server_certificate, named, certificate_digest) = (false, false, None);
    // A server that still has to show its certificate takes no early data (RFC 8773 section 5.1).
    let early_data = early_data.filter(|_| !server_certificate);
    let group = share.as_ref().map(|share| share.group);
    let (server_share, shared) = match share {
        Some(share) => {
            let (entry, shared) = answer_share(ctx, &share)?;
            (Some(entry), Some(shared))
        }
        None => (None, None),
    };

    let mut early = match (&psk, early_data) {
        (Some(psk), Some(parameters)) => Some(EarlyKeys::derive(ctx, psk, &transcript, parameters)),
        _ => None,
    };

    let server_hello = ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: ctx.random.array(),
        legacy_session_id_echo: hello.legacy_session_id,
        cipher_suite: suite,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            server_share,
            selected_identity: index,
            cert_with_extern_psk: server_certificate && psk.is_some(),
            ..ServerExtensions::default()
        },
    };
    let bytes = server_hello.encode()?;
    ctx.send_handshake(&bytes)?;
    transcript.add(&bytes);
    // After a HelloRetryRequest it went out with that.
    if !server_hello.legacy_session_id_echo.is_empty() && !hello_retry_request {
        ctx.writer.write_change_cipher_spec();
    }

    let hash = hash_of(suite).ok_or(Error::Internal("suite without a hash"))?;
    let early_secret = match &psk {
        Some(psk) => psk.early_secret(),
        None => EarlySecret::new(hash, None),
    };
    let handshake_secret = early_secret.into_handshake_secret(shared.as_ref());
    let (client_handshake, server_handshake) =
        ctx.handshake_secrets(&handshake_secret, &transcript);
    ctx.set_send_secret(suite, &server_handshake)?;
    match &early {
        Some(early) => {
            ctx.reader.stop_skipping();
            ctx.set_receive_secret(suite, &early.traffic_secret)?;
        }
        None => ctx.set_receive_secret(suite, &client_handshake)?,
    }

    if let Some(limit) = hello.extensions.record_size_limit {
        ctx.writer.set_record_size_limit(limit.into());
    }
    // The answer tells the client our own limit; without the client's there is nothing to answer.
    let our_limit = hello
        .extensions
        .record_size_limit
        .map(|_| config.parameters.record_size_limit().unwrap_or(DEFAULT_RECORD_SIZE_LIMIT));
    match &mut early {
        // Early data was sent before the client could know it.
        Some(early) => early.record_size_limit = our_limit,
        None => ctx.limit_records(our_limit),
    }
    let encrypted_extensions = EncryptedExtensions {
        // A server that goes by the name says so (RFC 6066 section 3).
        server_name: named,
        alpn: alpn.clone(),
        record_size_limit: our_limit,
        early_data: early.is_some(),
        ..EncryptedExtensions::default()
    };
    let bytes = encrypted_extensions.encode()?;
    ctx.send_handshake(&bytes)?;
    transcript.add(&bytes);

    let client = match &psk {
        Some(psk) => psk.authentication(ctx.now),
        None => Authentication::none(ctx.now),
    };
    let negotiated = Negotiated {
        psk_mode: psk.as_ref().map(|_| match group {
            Some(_) => PskKeyExchangeMode::PSK_DHE_KE,
            None => PskKeyExchangeMode::PSK_KE,
        }),
        psk_kind: psk.as_ref().map(|psk| psk.kind),
        external_identity: psk.as_ref().and_then(|psk| psk.external_identity.clone()),
        psk_identity: psk.map(|psk| psk.identity),
        psk_index: index,
        server_certificate,
        cipher_suite: suite,
        group,
        alpn,
        server_name: hello.extensions.server_name,
        hello_retry_request,
        early_data: match (&early, early_data_offered) {
            (Some(_), _) => EarlyDataOutcome::Accepted,
            (None, true) => EarlyDataOutcome::Rejected,
            (None, false) => EarlyDataOutcome::NotOffered,
        },
    };
    let flight = Box::new(Flight {
        psks,
        negotiated,
        transcript,
        handshake_secret,
        client_handshake,
        server_handshake,
        early,
        client,
        server_certificate: certificate_digest,
        #[cfg(feature = "certificates")]
        clients: None,
    });
    #[cfg(feature = "certificates")]
    if let Some((identity, _)) = identity {
        return flight::send(ctx, flight, identity);
    }
    flight.finish(ctx)
}

/// Whether a certificate is shown beside this PSK (RFC 8773): an external one, to a client that asks for it.
#[cfg(feature = "certificates")]
fn certificate_beside(
    config: &super::ServerConfig,
    hello: &ClientHello,
    psk: &crate::psk::Psk,
) -> bool {
    config.full_handshake()
        && config.certificates.with_external_psk
        && hello.extensions.cert_with_extern_psk
        && psk.kind != crate::keys::BinderKind::Resumption
}

/// The protocol's own limit on an inner plaintext: 2^14 bytes and the content type (RFC 8449 section 4).
const DEFAULT_RECORD_SIZE_LIMIT: u16 = (1 << 14) + 1;

fn answer_share(
    ctx: &mut Context,
    share: &KeyShareEntry,
) -> Result<(KeyShareEntry, SharedSecret), Error> {
    let (key_exchange, shared) = respond(share.group, &share.key_exchange, &mut ctx.random)
        .map_err(|_| Violation::BadKeyShare)?;
    Ok((KeyShareEntry { group: share.group, key_exchange }, shared))
}
