//! NEGOTIATED: ServerHello and EncryptedExtensions (RFC 9846 sections 4.2.3 and 4.4.1).

use super::State;
use super::early_data::EarlyKeys;
use super::flight::{ServerFlight, send};
use super::pre_shared_keys::ServerPsks;
use super::selection::Chosen;
use crate::certificates::Identity;
use crate::crypto::{Digest, SharedSecret, Suite, respond};
use crate::endpoint::{Context, EarlyDataOutcome, Negotiated};
use crate::error::{Error, Incompatible, Violation};
use crate::keys::{EarlySecret, HandshakeSecret, TrafficSecret, Transcript};
use crate::psk::{Authentication, EarlyDataParameters, Psk, may_serve};
use crate::role::Role;
use crate::wire::{
    ClientHello, EncryptedExtensions, KeyShareEntry, ProtocolVersion, PskKeyExchangeMode,
    ServerExtensions, ServerHello,
};

/// Everything is negotiated.
pub(super) struct Acceptance {
    pub(super) psks: ServerPsks,
    /// The last ClientHello.
    pub(super) hello: ClientHello,
    /// The PSK; without one the server sends a certificate.
    pub(super) chosen: Option<Chosen>,
    pub(super) suite: Suite,
    /// The client's share, `None` under `psk_ke`.
    pub(super) share: Option<KeyShareEntry>,
    pub(super) alpn: Option<Vec<u8>>,
    /// The transcript up to the last ClientHello.
    pub(super) transcript: Transcript,
    pub(super) hello_retry_request: bool,
    pub(super) early_data_offered: bool,
    /// The parameters of accepted early data.
    pub(super) early_data: Option<EarlyDataParameters>,
}

/// Sends the server's flight: ServerHello, EncryptedExtensions, and the rest.
pub(super) fn accept(ctx: &mut Context, mut acceptance: Acceptance) -> Result<State, Error> {
    acceptance.check_role()?;
    let identity = acceptance.identity()?;
    let (certificate, by_name) = match &identity {
        Some((identity, by_name)) => (Some(identity.digest()), *by_name),
        None => (None, false),
    };

    let (server_share, shared) = acceptance.answer_share(ctx)?;
    let mut early = acceptance.early_keys(ctx, certificate.is_some());
    let psk_index = acceptance.send_server_hello(ctx, server_share, certificate.is_some())?;
    let keys = acceptance.protect(ctx, shared.as_ref(), early.as_ref())?;
    let record_size_limit = acceptance.limit_records(ctx, early.as_mut());
    // A server that used the name says so (RFC 6066 section 3).
    acceptance.send_encrypted_extensions(ctx, by_name, record_size_limit, early.is_some())?;

    let flight = acceptance.into_flight(ctx, psk_index, keys, early, certificate);
    match identity {
        Some((identity, _)) => send(ctx, flight, identity),
        None => flight.finish(ctx),
    }
}

impl Acceptance {
    /// The PSK, if one is selected.
    fn psk(&self) -> Option<&Psk> {
        self.chosen.as_ref().map(|chosen| &chosen.psk)
    }

    /// One PSK is used in one role (RFC 9257 section 4.1). The binder has verified, so a stranger cannot cause this
    /// entry.
    fn check_role(&self) -> Result<(), Error> {
        let both = self.psks.config.parameters.allow_both_roles;
        if both || self.psk().is_none_or(|psk| may_serve(psk, Role::Server)) {
            Ok(())
        } else {
            Err(Incompatible::IdentityInBothRoles.into())
        }
    }

    /// The index of the PSK in the offer, `selected_identity` (section 4.3.11).
    fn selected_identity(&self) -> Result<Option<u16>, Error> {
        let index = self.chosen.as_ref().map(|chosen| u16::try_from(chosen.index));
        index.transpose().map_err(|_| Incompatible::NoAcceptablePsk.into())
    }

    /// The certificate to send: if no PSK is selected, and in addition to an external one if the client requests it
    /// (RFC 8773).
    fn identity(&self) -> Result<Option<(Identity, bool)>, Error> {
        let config = &self.psks.config;
        let choose = || config.certificates.choose(&self.hello.extensions);
        match self.psk() {
            None => choose().map(Some),
            Some(psk) => {
                let beside = config.full_handshake()
                    && config.certificates.with_external_psk
                    && self.hello.extensions.cert_with_extern_psk
                    && psk.kind != crate::keys::PskKind::Resumption
                    && self.share.is_some();
                Ok(if beside { choose().ok() } else { None })
            }
        }
    }

    /// The server's share and the shared secret (section 4.3.8); neither under `psk_ke`.
    fn answer_share(
        &self,
        ctx: &mut Context,
    ) -> Result<(Option<KeyShareEntry>, Option<SharedSecret>), Error> {
        let Some(KeyShareEntry { group, key_exchange }) = &self.share else {
            return Ok((None, None));
        };
        let (ours, shared) =
            respond(*group, key_exchange, &mut ctx.random).map_err(|_| Violation::BadKeyShare)?;
        Ok((Some(KeyShareEntry { group: *group, key_exchange: ours }), Some(shared)))
    }

    /// The keys of accepted early data. A server that must still send its certificate accepts none (RFC 8773 section
    /// 5.1).
    fn early_keys(&mut self, ctx: &mut Context, server_certificate: bool) -> Option<EarlyKeys> {
        let parameters = self.early_data.take().filter(|_| !server_certificate)?;
        Some(EarlyKeys::derive(ctx, self.psk()?, &self.transcript, parameters))
    }

    /// ServerHello (section 4.2.3); returns its `selected_identity`.
    fn send_server_hello(
        &mut self,
        ctx: &mut Context,
        server_share: Option<KeyShareEntry>,
        server_certificate: bool,
    ) -> Result<Option<u16>, Error> {
        let selected_identity = self.selected_identity()?;
        let server_hello = ServerHello {
            legacy_version: ProtocolVersion::TLS12,
            random: ctx.random.array(),
            legacy_session_id_echo: core::mem::take(&mut self.hello.legacy_session_id),
            cipher_suite: self.suite.code_point(),
            legacy_compression_method: 0,
            extensions: ServerExtensions {
                selected_version: Some(ProtocolVersion::TLS13),
                server_share,
                selected_identity,
                cert_with_extern_psk: server_certificate && self.chosen.is_some(),
                ..ServerExtensions::default()
            },
        };
        self.send(ctx, &server_hello.encode()?)?;
        // After a HelloRetryRequest it was already sent.
        if !server_hello.legacy_session_id_echo.is_empty() && !self.hello_retry_request {
            ctx.writer.write_change_cipher_spec();
        }
        Ok(selected_identity)
    }

    /// The keys of the handshake (section 7.1), for everything that is sent from now on. Received records use them,
    /// too, once early data has ended.
    fn protect(
        &self,
        ctx: &mut Context,
        shared: Option<&SharedSecret>,
        early: Option<&EarlyKeys>,
    ) -> Result<HandshakeKeys, Error> {
        let early_secret = match self.psk() {
            Some(psk) => psk.early_secret().clone(),
            None => EarlySecret::new(self.suite.hash(), None),
        };
        let secret = early_secret.into_handshake_secret(shared);
        let (client, server) = ctx.handshake_secrets(&secret, &self.transcript);
        ctx.set_send_secret(self.suite, &server);
        match early {
            Some(early) => {
                ctx.reader.stop_skipping();
                ctx.set_receive_secret(self.suite, &early.traffic_secret)?;
            }
            None => ctx.set_receive_secret(self.suite, &client)?,
        }
        Ok(HandshakeKeys { secret, client, server })
    }

    /// The limits on records in both directions (RFC 8449 section 4); returns the server's own, for the client.
    fn limit_records(&self, ctx: &mut Context, early: Option<&mut EarlyKeys>) -> Option<u16> {
        // The answer has the server's own limit; without the client's limit there is no answer.
        let theirs = self.hello.extensions.record_size_limit?;
        ctx.writer.set_record_size_limit(theirs.into());
        let ours = self.psks.config.parameters.record_size_limit();
        let ours = Some(ours.unwrap_or(DEFAULT_RECORD_SIZE_LIMIT));
        match early {
            // Early data was sent before the client could know the limit.
            Some(early) => early.record_size_limit = ours,
            None => ctx.limit_records(ours),
        }
        ours
    }

    /// EncryptedExtensions (section 4.4.1).
    fn send_encrypted_extensions(
        &mut self,
        ctx: &mut Context,
        server_name: bool,
        record_size_limit: Option<u16>,
        early_data: bool,
    ) -> Result<(), Error> {
        let encrypted_extensions = EncryptedExtensions {
            server_name,
            alpn: self.alpn.clone(),
            record_size_limit,
            early_data,
            ..EncryptedExtensions::default()
        };
        self.send(ctx, &encrypted_extensions.encode()?)
    }

    fn send(&mut self, ctx: &mut Context, message: &[u8]) -> Result<(), Error> {
        ctx.send_handshake(message)?;
        self.transcript.add(message);
        Ok(())
    }

    /// The input of the rest of the flight.
    #[inline(always)]
    fn into_flight(
        self,
        ctx: &Context,
        psk_index: Option<u16>,
        keys: HandshakeKeys,
        early: Option<EarlyKeys>,
        server_certificate: Option<Digest>,
    ) -> Box<ServerFlight> {
        let client = match self.psk() {
            Some(psk) => psk.authentication(ctx.now),
            None => Authentication::none(ctx.now),
        };
        let early_data = match (&early, self.early_data_offered) {
            (Some(_), _) => EarlyDataOutcome::Accepted,
            (None, true) => EarlyDataOutcome::Rejected,
            (None, false) => EarlyDataOutcome::NotOffered,
        };
        let group = self.share.map(|share| share.group);
        let psk = self.chosen.map(|chosen| chosen.psk);
        let negotiated = Negotiated {
            psk_mode: psk.as_ref().map(|_| match group {
                Some(_) => PskKeyExchangeMode::PSK_DHE_KE,
                None => PskKeyExchangeMode::PSK_KE,
            }),
            psk_kind: psk.as_ref().map(|psk| psk.kind),
            external_identity: psk.as_ref().and_then(|psk| psk.external_identity.clone()),
            psk_identity: psk.map(|psk| psk.identity),
            psk_index,
            server_certificate: server_certificate.is_some(),
            cipher_suite: self.suite,
            group,
            alpn: self.alpn,
            server_name: self.hello.extensions.server_name,
            hello_retry_request: self.hello_retry_request,
            early_data,
        };
        Box::new(ServerFlight {
            psks: self.psks,
            negotiated,
            transcript: self.transcript,
            handshake_secret: keys.secret,
            client_handshake: keys.client,
            server_handshake: keys.server,
            early,
            client,
            server_certificate,
            clients: None,
        })
    }
}

/// The secrets of the handshake (section 7.1).
struct HandshakeKeys {
    secret: HandshakeSecret,
    client: TrafficSecret,
    server: TrafficSecret,
}

/// The protocol's limit on an inner plaintext: 2^14 bytes and the content type (RFC 8449 section 4).
const DEFAULT_RECORD_SIZE_LIMIT: u16 = (1 << 14) + 1;
