//! START: what is offered, and the first ClientHello (RFC 9846 sections 4.2.2 and 4.7.1).
use std::sync::Arc;

use super::client_hello::{encode_with_binders, generate_share, if_too_long, suites_and_psks};
use super::early_data::EarlyDataOffer;
use super::wait_server_hello::WaitServerHello;
use super::{ClientConfig, State, grease, sessions};
use crate::endpoint::{Context, Event};
use crate::error::{Error, Usage};
use crate::keys::{BinderKind, TranscriptBuffer, binder_hash_of_first_hello};
use crate::psk::{
    EarlyDataParameters, ExternalPsk, Psk, PskError, PskKinds, PskList, Role, Session, may_serve,
};
use crate::wire::{
    CipherSuite, ClientExtensions, ClientHello, ProtocolVersion, PskKeyExchangeMode,
};

/// START: PSKs and sessions may still be added.
pub struct Start {
    config: Arc<ClientConfig>,
    kinds: PskKinds,
    /// The configuration's PSKs and the connection's own.
    psks: PskList,
    sessions: Vec<Session>,
}

impl Start {
    /// Starts from a configuration.
    pub fn new(config: Arc<ClientConfig>) -> Self {
        let kinds = config.psk_kinds();
        Self { psks: config.psks().clone(), config, kinds, sessions: Vec::new() }
    }

    /// Overrides the configuration's kinds. Not against PSKs or sessions that are there already.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if (!kinds.external() && !self.psks.is_empty())
            || (!kinds.resumption() && !self.sessions.is_empty())
        {
            return Err(PskError::MixedKinds);
        }
        self.kinds = kinds;
        Ok(())
    }

    /// Whether the time decides anything: the age of a session, or whether a certificate is valid.
    pub fn needs_time(&self) -> bool {
        self.kinds.resumption() || self.config.needs_time()
    }

    /// Adds a PSK behind the configuration's.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.kinds.external() {
            return Err(PskError::MixedKinds);
        }
        let sessions: usize = self.sessions.iter().map(Session::offer_len).sum();
        self.psks.append_to_offer(psk, sessions)
    }

    /// Adds a session behind those that are there, and before all external PSKs.
    pub fn append_session(&mut self, session: &Session, now: u64) -> Result<(), PskError> {
        if !self.kinds.resumption() {
            return Err(PskError::MixedKinds);
        }
        if session.is_used() {
            return Err(PskError::SessionUsed);
        }
        if session.expires_at() < now {
            return Err(PskError::SessionExpired);
        }
        if self.sessions.contains(session) {
            return Err(PskError::DuplicateIdentity);
        }
        let sessions: usize = self.sessions.iter().map(Session::offer_len).sum();
        self.psks.check_offer(sessions + session.offer_len())?;
        self.sessions.push(session.clone());
        Ok(())
    }

    /// Sends the ClientHello, or fails before anything is sent.
    pub fn start(&self, ctx: &mut Context) -> Result<State, Error> {
        let mut sessions = Vec::new();
        for (index, session) in self.sessions.iter().enumerate() {
            match sessions::refusal(&self.config, &self.psks, session, ctx.now) {
                None => sessions.push(session),
                Some(reason) => ctx.emit_trace(|| Event::SessionRefused { index, reason }),
            }
        }
        let nothing = sessions.is_empty() && self.psks.is_empty();
        if nothing && !self.sessions.is_empty() && !self.config.full_handshake() {
            return Err(Usage::NoSession.into());
        }
        let state = send_first(&self.config, self.kinds, &sessions, &self.psks, ctx)?;
        sessions.iter().for_each(|session| session.mark_used());
        Ok(state)
    }
}

/// Builds and sends the first ClientHello.
fn send_first(
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
