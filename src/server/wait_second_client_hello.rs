//! START after a HelloRetryRequest: the second ClientHello (RFC 9846 sections 4.2.2 and 4.2.4).

use super::State;
use super::client_hello::check_hello;
use super::hello_retry_request::RetryState;
use super::negotiated::{Acceptance, accept};
use super::negotiation::{Negotiation, suite_for};
use super::pre_shared_keys::ServerPsks;
use super::selection::{Chosen, trace};
use crate::endpoint::{Context, PskOutcome};
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::psk::{Psk, verify_binder};
use crate::wire::{ClientHello, Handshake, NamedGroup, OfferedPsks};

/// A HelloRetryRequest was sent. The selection of the PSK is fixed.
pub struct WaitSecondClientHello {
    psks: ServerPsks,
    /// The selected PSK; without one the server sends a certificate.
    psk: Option<Psk>,
    alpn: Option<Vec<u8>>,
    retry: RetryState,
    cookie: Option<Vec<u8>>,
    /// `message_hash` of the first ClientHello, and the HelloRetryRequest.
    transcript: Transcript,
}

/// Requests a share for `group` from the client.
pub(super) fn request_retry(
    ctx: &mut Context,
    psks: ServerPsks,
    negotiation: Negotiation,
    psk: Option<Psk>,
    group: NamedGroup,
) -> Result<State, Error> {
    let suite = suite_for(&negotiation.common, psk.as_ref())?;
    let Negotiation { mut hello, message, common, .. } = negotiation;
    let identity = psk.as_ref().map(|psk| psk.identity.as_slice());
    let retry = RetryState::new(&message, &mut hello, suite, group, identity)?;
    let cookie = match psks.config.cookie_keys.as_ref().zip(psks.scope()) {
        Some((keys, scope)) => Some(retry.seal(keys, scope, &mut ctx.random)?),
        None => None,
    };
    let (request, transcript) = retry.request(&hello.legacy_session_id, cookie.clone())?;
    ctx.send_handshake(&request)?;
    if !hello.legacy_session_id.is_empty() {
        ctx.writer.write_change_cipher_spec();
    }
    let alpn = common.alpn;
    let next = WaitSecondClientHello { psks, psk, alpn, retry, cookie, transcript };
    Ok(State::WaitSecondClientHello(Box::new(next)))
}

impl WaitSecondClientHello {
    pub(super) fn on_client_hello(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let mut hello = ClientHello::read(message.body())?;
        ctx.reader.boundary()?;
        ctx.reader.stop_skipping();
        check_hello(&hello)?;
        let offer = hello.extensions.pre_shared_key.take();
        match (&self.cookie, &hello.extensions.cookie) {
            (Some(_), None) => return Err(Violation::RetryMissingCookie.into()),
            (sent, received) if sent != received => return Err(Violation::RetryWrongCookie.into()),
            _ => {}
        }
        let share = self.retry.check(&mut hello)?;
        let chosen = match self.psk.take() {
            Some(psk) => {
                let offer = offer.ok_or(Violation::RetryDroppedPsk)?;
                Some(self.verify(ctx, psk, &offer, message)?)
            }
            None => None,
        };
        self.transcript.add(message.bytes);
        accept(
            ctx,
            Acceptance {
                psks: self.psks,
                hello,
                chosen,
                suite: self.retry.cipher_suite,
                share: Some(share),
                alpn: self.alpn,
                transcript: self.transcript,
                hello_retry_request: true,
                // A HelloRetryRequest rejects earlier early data (section 4.3.10).
                early_data: None,
                early_data_offered: self.retry.early_data,
            },
        )
    }

    /// The new index of the selected PSK, if the client still offers it and its binder verifies.
    fn verify(
        &self,
        ctx: &mut Context,
        psk: Psk,
        offer: &OfferedPsks,
        message: &Handshake<'_>,
    ) -> Result<Chosen, Error> {
        let index = offer
            .identities
            .iter()
            .position(|offered| offered.identity == psk.identity)
            .ok_or(Violation::RetryDroppedChosenIdentity)?;
        let covered = self.transcript.with_truncated(offer.truncated(message.bytes));
        let binder = offer.binders.get(index).map(Vec::as_slice).unwrap_or_default();
        if !verify_binder(&psk, &covered, binder) {
            trace(ctx, index, PskOutcome::Failed);
            return Err(Violation::BadBinder.into());
        }
        trace(ctx, index, PskOutcome::Verified);
        Ok(Chosen { index, psk })
    }
}
