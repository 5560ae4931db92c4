//! `WAIT_EE`: EncryptedExtensions (RFC 9846 section 4.4.1).

use std::sync::Arc;

use super::early_data::EarlyDataOffer;
use super::sessions::rules_to_judge_by;
use super::wait_certificate::WaitCertificate;
use super::wait_finished::WaitFinished;
use super::{Asking, ClientConfig, State};
use crate::crypto::Suite;
use crate::endpoint::{
    Context, EarlyDataOutcome, Event, MIN_RECORD_SIZE_LIMIT, Negotiated, Verifying,
};
use crate::error::{Error, Violation};
use crate::keys::{HandshakeSecret, TrafficSecret, Transcript};
use crate::psk::{PskKinds, Terms};
use crate::wire::{ClientHello, EncryptedExtensions, ExtensionType, Handshake, grease};

/// The ServerHello was received, and a PSK is selected.
pub struct WaitEncryptedExtensions {
    pub(super) config: Arc<ClientConfig>,
    pub(super) kinds: PskKinds,
    pub(super) hello: ClientHello,
    pub(super) early_data: Option<EarlyDataOffer>,
    /// Whether the ServerHello excludes that early data is accepted.
    pub(super) early_data_rejected: bool,
    pub(super) terms: Terms,
    pub(super) negotiated: Negotiated,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) client_handshake_traffic_secret: TrafficSecret,
    pub(super) server_handshake_traffic_secret: TrafficSecret,
}

impl WaitEncryptedExtensions {
    pub(super) fn on_encrypted_extensions(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let extensions = EncryptedExtensions::read(message.body())?;
        // Before any other check, as it decides which key protects an alert.
        if self.early_data.is_some() && !self.early_data_rejected {
            if extensions.early_data {
                ctx.writer.protect_alerts_as_all_else();
            } else {
                ctx.emit(Event::EarlyDataRejected);
                let secret = &self.client_handshake_traffic_secret;
                let suite = self.negotiated.cipher_suite;
                send_with_handshake_keys(ctx, &self.hello, suite, secret);
            }
        }
        // RFC 8449 section 5.
        if extensions.order.contains(&ExtensionType::MAX_FRAGMENT_LENGTH)
            && extensions.order.contains(&ExtensionType::RECORD_SIZE_LIMIT)
        {
            return Err(Violation::MaxFragmentLengthBesideLimit.into());
        }
        extensions.check_extensions(&self.hello.extensions)?;
        if let Some(name) = extensions.alpn {
            let offered = self.hello.extensions.alpn.as_ref();
            if !offered.is_some_and(|names| names.contains(&name))
                || grease::is_protocol_name(&name)
            {
                return Err(Violation::AlpnNotOffered.into());
            }
            self.negotiated.alpn = Some(name);
        }
        if let Some(limit) = extensions.record_size_limit {
            if limit < MIN_RECORD_SIZE_LIMIT {
                return Err(Violation::RecordSizeLimitTooSmall.into());
            }
            ctx.writer.set_record_size_limit(limit.into());
            if let Some(ours) = self.hello.extensions.record_size_limit {
                ctx.reader.set_max_inner(ours.into());
            }
        }
        if let Some(offer) = self.early_data.as_ref().filter(|_| extensions.early_data) {
            offer.check_accepted(&self.negotiated)?;
            self.negotiated.early_data = EarlyDataOutcome::Accepted;
        }
        self.transcript.add(message.bytes);
        let next = Box::new(WaitFinished {
            kinds: self.kinds,
            early_exporter: self.early_data.map(EarlyDataOffer::into_exporter),
            negotiated: self.negotiated,
            transcript: self.transcript,
            handshake_secret: self.handshake_secret,
            client_handshake_traffic_secret: self.client_handshake_traffic_secret,
            server_handshake_traffic_secret: self.server_handshake_traffic_secret,
            requested: None,
            terms: self.terms,
            config: self.config,
        });
        if next.negotiated.server_certificate {
            return Ok(State::WaitCertificate(WaitCertificate::new(next)?));
        }
        if let Some(verification) = rules_to_judge_by(&next.config, &next.terms.peer).cloned() {
            let chain = next.terms.peer.certificates().to_vec();
            let verifying = Verifying { chain, verification, next };
            verifying.ask(ctx);
            return Ok(State::Asking(Asking::VerifyingCertificate(verifying)));
        }
        Ok(State::WaitFinished(next))
    }
}

/// Switches to the keys of the handshake. The compatibility `change_cipher_spec` must precede it (appendix E.4).
pub(super) fn send_with_handshake_keys(
    ctx: &mut Context,
    hello: &ClientHello,
    suite: Suite,
    secret: &TrafficSecret,
) {
    if !hello.legacy_session_id.is_empty() {
        ctx.writer.write_change_cipher_spec();
    }
    ctx.set_send_secret(suite, secret);
}
