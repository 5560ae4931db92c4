//! START: the offer, and the first ClientHello (RFC 9846 sections 4.2.2 and 4.7.1).

use std::sync::Arc;

use super::client_hello::{encode_with_binders, first_client_hello, if_too_long};
use super::early_data::EarlyDataOffer;
use super::offer::Offer;
use super::wait_server_hello::WaitServerHello;
use super::{ClientConfig, State, sessions};
use crate::endpoint::{Context, Event};
use crate::error::{Error, Usage};
use crate::keys::{TranscriptBuffer, binder_hash_of_first_hello};
use crate::psk::{ExternalPsk, PskError, PskKinds, PskList, Session};
use crate::wire::ClientHello;

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

    /// Overrides the configuration's kinds. Fails if PSKs or sessions of an excluded kind are present.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if (!kinds.external() && !self.psks.is_empty())
            || (!kinds.resumption() && !self.sessions.is_empty())
        {
            return Err(PskError::MixedKinds);
        }
        self.kinds = kinds;
        Ok(())
    }

    /// Whether the time is needed: for the age of a session, or the validity of a certificate.
    pub fn needs_time(&self) -> bool {
        self.kinds.resumption() || self.config.needs_time()
    }

    /// Adds a PSK after those of the configuration.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.kinds.external() {
            return Err(PskError::MixedKinds);
        }
        let sessions: usize = self.sessions.iter().map(Session::offer_len).sum();
        self.psks.append_to_offer(psk, sessions)
    }

    /// Adds a session after the others, and before all external PSKs.
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
        let sessions = self.sessions_to_offer(ctx)?;
        let offer = Offer::new(&self.config, &sessions, &self.psks)?;
        let (mut hello, share) = first_client_hello(&self.config, self.kinds, &offer, ctx)?;
        let binders =
            encode_with_binders(&mut hello, &offer.psks, ctx.now, binder_hash_of_first_hello);
        let bytes = binders.map_err(|error| if_too_long(error, Usage::MessageTooLong))?;
        let first_hello = send_first(ctx, &hello, &bytes)?;
        let early_data = begin_early_data(ctx, &offer, &hello, &first_hello);
        sessions.iter().for_each(|session| session.mark_used());
        Ok(State::WaitServerHello(Box::new(WaitServerHello {
            config: self.config.clone(),
            kinds: self.kinds,
            hello,
            offered: offer.psks,
            share,
            early_data,
            first_hello,
            retry: None,
            early_data_rejected: false,
        })))
    }

    /// The sessions whose server this connection would accept in a full handshake. Fails if nothing is left to offer.
    fn sessions_to_offer(&self, ctx: &mut Context) -> Result<Vec<&Session>, Error> {
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
        Ok(sessions)
    }
}

/// Sends the encoded hello, the first bytes of the connection.
fn send_first(
    ctx: &mut Context,
    hello: &ClientHello,
    bytes: &[u8],
) -> Result<TranscriptBuffer, Error> {
    ctx.set_client_random(hello.random);
    ctx.writer.expect_first_hello();
    ctx.send_handshake(bytes)?;
    ctx.reader.accept_change_cipher_spec(true);
    Ok(TranscriptBuffer::new(bytes))
}

/// Switches to the keys of early data, if it is offered (section 4.3.10).
fn begin_early_data(
    ctx: &mut Context,
    offer: &Offer,
    hello: &ClientHello,
    first_hello: &TranscriptBuffer,
) -> Option<EarlyDataOffer> {
    let (parameters, psk) = offer.early_data.clone().zip(offer.psks.first())?;
    if !hello.legacy_session_id.is_empty() {
        ctx.writer.write_change_cipher_spec();
    }
    Some(EarlyDataOffer::begin(ctx, psk, parameters, &first_hello.start(psk.hash)))
}
