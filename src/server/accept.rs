//! NEGOTIATED: the server's flight (RFC 9846 sections 4.2.3, 4.4.1 and 4.5.3).

use super::cookie::Retried;
use super::early_data::{self, DecidingEarlyData, EarlyKeys, WaitEndOfEarlyData};
use super::selection::Chosen;
use super::wait_client_hello::{Common, GroupChoice};
use super::wait_finished::WaitFinished;
use super::{ServerPsks, State};
use crate::crypto::{Digest, HashAlgorithm, SharedSecret, hash_of, respond};
use crate::endpoint::{Context, EarlyDataOutcome, Event, Negotiated, TrafficSecrets};
use crate::error::{Error, Violation};
use crate::keys::{KeyLogLabel, Transcript, TranscriptBuffer, binder_hash_of_first_hello};
use crate::psk::{EarlyDataParameters, Psk, Role, claim};
use crate::wire::{
    CipherSuite, ClientHello, EncryptedExtensions, Finished, KeyShareEntry, OfferedPsks,
    ProtocolVersion, PskKeyExchangeMode, ServerExtensions, ServerHello,
};

/// A ClientHello and what follows from it, before a PSK is chosen.
pub(super) struct Negotiation {
    /// The ClientHello, its offer taken out.
    pub(super) hello: ClientHello,
    pub(super) offer: OfferedPsks,
    /// The whole message, as the transcript and the binders cover it.
    pub(super) message: Vec<u8>,
    pub(super) common: Common,
    /// Of a second ClientHello that came with a cookie.
    pub(super) retried: Option<Retried>,
}

impl Negotiation {
    /// What the binders cover, under a PSK of this hash (section 4.3.11.2).
    pub(super) fn covered(&self, hash: HashAlgorithm) -> Digest {
        let truncated_len = self.message.len() - self.offer.binders_len();
        let truncated = self.message.get(..truncated_len).unwrap_or_default();
        match &self.retried {
            Some(retried) => retried.transcript.with_truncated(truncated),
            None => binder_hash_of_first_hello(hash, truncated),
        }
    }
}

/// Everything is agreed on.
pub(super) struct Acceptance {
    pub(super) psks: ServerPsks,
    /// The last ClientHello.
    pub(super) hello: ClientHello,
    pub(super) chosen: Chosen,
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

/// Accepts the ClientHello, or asks for a decision on its early data.
pub(super) fn accept_first(
    ctx: &mut Context,
    psks: ServerPsks,
    negotiation: Negotiation,
    chosen: Chosen,
) -> Result<State, Error> {
    let candidate = early_data::candidate(ctx, &psks, &negotiation, &chosen);
    let Negotiation { hello, message, common, retried, .. } = negotiation;
    let suite = suite_for(&common, &chosen.psk)?;
    let hello_retry_request = retried.is_some();
    let (transcript, early_data_offered) = match retried {
        Some(mut retried) => {
            retried.transcript.add(&message);
            (retried.transcript, retried.early_data)
        }
        None => {
            let transcript = TranscriptBuffer::new(&message).start(chosen.psk.hash);
            (transcript, hello.extensions.early_data)
        }
    };
    let share = match common.group {
        Some(GroupChoice::Shared(share)) => Some(share),
        _ => None,
    };
    let acceptance = Acceptance {
        psks,
        early_data_offered,
        hello,
        chosen,
        suite,
        share,
        alpn: common.alpn,
        transcript,
        hello_retry_request,
        early_data: None,
    };
    match candidate {
        Some(candidate) => {
            ctx.emit(Event::DecideEarlyData);
            let deciding = DecidingEarlyData { candidate, acceptance };
            Ok(State::DecidingEarlyData(Box::new(deciding)))
        }
        None => accept(ctx, acceptance),
    }
}

/// The PSK is chosen first, then the best suite with its hash.
pub(super) fn suite_for(common: &Common, psk: &Psk) -> Result<CipherSuite, Error> {
    common
        .suites
        .iter()
        .copied()
        .find(|suite| hash_of(*suite) == Some(psk.hash))
        .ok_or(Violation::NoAcceptablePsk.into())
}

/// Sends ServerHello, EncryptedExtensions and Finished.
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
    let Chosen { index, psk } = chosen;
    // The binder has verified, so this is no stranger's word.
    if !config.parameters.allow_both_roles && !claim(&psk.identity, Role::Server) {
        return Err(Violation::IdentityInBothRoles.into());
    }
    let index = u16::try_from(index).map_err(|_| Violation::NoAcceptablePsk)?;
    let group = share.as_ref().map(|share| share.group);
    let (server_share, shared) = match share {
        Some(share) => {
            let (entry, shared) = answer_share(ctx, &share)?;
            (Some(entry), Some(shared))
        }
        None => (None, None),
    };

    let early = early_data.map(|parameters| EarlyKeys::derive(ctx, &psk, &transcript, parameters));

    let server_hello = ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: ctx.random.array(),
        legacy_session_id_echo: hello.legacy_session_id,
        cipher_suite: suite,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            server_share,
            selected_identity: Some(index),
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

    let handshake_secret = psk.early_secret().into_handshake_secret(shared.as_ref());
    let so_far = transcript.current();
    let client_handshake = handshake_secret.client_handshake_traffic_secret(&so_far);
    let server_handshake = handshake_secret.server_handshake_traffic_secret(&so_far);
    ctx.log_key(KeyLogLabel::ClientHandshakeTrafficSecret, client_handshake.as_bytes());
    ctx.log_key(KeyLogLabel::ServerHandshakeTrafficSecret, server_handshake.as_bytes());
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
    if let Some(limit) = our_limit {
        ctx.reader.set_max_inner(limit.into());
    }
    let encrypted_extensions = EncryptedExtensions {
        alpn: alpn.clone(),
        record_size_limit: our_limit,
        early_data: early.is_some(),
        ..EncryptedExtensions::default()
    };
    let bytes = encrypted_extensions.encode()?;
    ctx.send_handshake(&bytes)?;
    transcript.add(&bytes);

    let verify_data = server_handshake.finished_key().verify_data(&transcript.current());
    let bytes = Finished { verify_data: verify_data.as_ref().to_vec() }.encode()?;
    ctx.send_handshake(&bytes)?;
    transcript.add(&bytes);

    let main_secret = handshake_secret.into_main_secret();
    let so_far = transcript.current();
    let secrets = TrafficSecrets {
        send: main_secret.server_application_traffic_secret(&so_far),
        receive: main_secret.client_application_traffic_secret(&so_far),
    };
    let exporter = main_secret.exporter(&so_far);
    ctx.log_key(KeyLogLabel::ClientTrafficSecret0, secrets.receive.as_bytes());
    ctx.log_key(KeyLogLabel::ServerTrafficSecret0, secrets.send.as_bytes());
    ctx.log_key(KeyLogLabel::ExporterSecret, exporter.as_bytes());
    ctx.set_send_secret(suite, &secrets.send)?;

    let negotiated = Negotiated {
        psk_kind: Some(psk.kind),
        external_identity: psk.external_identity,
        psk_identity: Some(psk.identity),
        psk_index: Some(index),
        psk_mode: Some(match group {
            Some(_) => PskKeyExchangeMode::PSK_DHE_KE,
            None => PskKeyExchangeMode::PSK_KE,
        }),
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
    let (early_exporter, remaining) = early.map(|early| (early.exporter, early.max_size)).unzip();
    let finished = WaitFinished {
        psks,
        negotiated,
        transcript,
        client_handshake_traffic_secret: client_handshake,
        main_secret,
        secrets,
        exporter,
        early_exporter,
    };
    Ok(match remaining {
        Some(remaining) => {
            State::WaitEndOfEarlyData(Box::new(WaitEndOfEarlyData { remaining, next: finished }))
        }
        None => State::WaitFinished(Box::new(finished)),
    })
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
