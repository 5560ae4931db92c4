//! Early data (RFC 9846 sections 4.3.10 and 8): the decision whether to take it, and taking it.

use super::accept::{Acceptance, Negotiation, accept, limit_records, suite_for};
use super::psks::Ticket;
use super::selection::Chosen;
use super::wait_finished::WaitFinished;
use super::{ServerPsks, State};
use crate::endpoint::{Context, Event};
use crate::error::{Error, Violation};
use crate::keys::{Exporter, TrafficSecret, Transcript};
use crate::psk::{EarlyDataParameters, Psk};
use crate::wire::{EndOfEarlyData, Handshake};

/// What a server does with early data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyDataPolicy {
    /// Skips it.
    #[default]
    Reject,
    /// Asks the application, once everything that TLS can check was checked. Whoever accepts has to know that the
    /// ClientHello is not a copy of one that was accepted before (section 8).
    Application,
}

/// Early data that waits for the application's decision.
#[derive(Clone, Copy, Debug)]
pub struct EarlyDataRequest<'a> {
    /// Tells this ClientHello from every other one, however it was altered on its way: the binder of the PSK, which
    /// covers it. A copy has the same; accepting no value twice is single use (section 8.2).
    pub id: &'a [u8],
    /// The identity on the wire.
    pub identity: &'a [u8],
    /// When a copy would be refused anyway, for its age or its ticket's: so long an `id` has to be remembered, in
    /// milliseconds of the connection's clock. `None` for an external PSK, which says nothing about the time.
    pub replayable_until: Option<u64>,
    /// The most that will be taken, in bytes.
    pub max_size: u32,
}

/// What tells copies of a ClientHello apart, kept from the selection to the decision.
pub(super) struct Candidate {
    pub(super) id: Vec<u8>,
    pub(super) identity: Vec<u8>,
    pub(super) replayable_until: Option<u64>,
    pub(super) parameters: EarlyDataParameters,
}

/// Whether early data can be accepted as far as TLS can tell: it was sent under the chosen PSK, the handshake comes to
/// what it is bound to, and its ticket is as old as the client says.
pub(super) fn candidate(
    ctx: &Context,
    psks: &ServerPsks,
    negotiation: &Negotiation,
    chosen: &Chosen,
    ticket: Option<&Ticket>,
) -> Option<Candidate> {
    let Negotiation { hello, offer, common, .. } = negotiation;
    let asked = hello.extensions.early_data
        && chosen.index == 0
        && psks.config.early_data == EarlyDataPolicy::Application;
    let parameters = chosen.psk.early_data.as_ref().filter(|_| asked)?;
    let suite = suite_for(common, Some(&chosen.psk)).ok()?;
    if parameters.cipher_suite != suite || parameters.alpn != common.alpn {
        return None;
    }
    let window = psks.config.early_data_window;
    let replayable_until = match ticket {
        // A store of ids that knows nothing of this ticket's ClientHellos would take a copy for the original.
        Some(ticket) if psks.ticket_policy()?.replay_scope() != ticket.replay_scope() => {
            return None;
        }
        Some(ticket) => {
            let age = offer.identities.first()?.obfuscated_ticket_age;
            if ticket.age_difference(age, ctx.now) > window {
                return None;
            }
            // A copy that comes later than that is too old by our clock.
            let window = window.saturating_mul(2);
            Some(ticket.expires_at().min(ctx.now.saturating_add(window)))
        }
        None => None,
    };
    Some(Candidate {
        id: offer.binders.first()?.clone(),
        identity: chosen.psk.identity.clone(),
        replayable_until,
        parameters: parameters.clone(),
    })
}

/// The keys of accepted early data.
pub(super) struct EarlyKeys {
    pub(super) traffic_secret: TrafficSecret,
    pub(super) exporter: Exporter,
    pub(super) max_size: usize,
    /// What the client is told, for the records behind the early data.
    pub(super) record_size_limit: Option<u16>,
}

impl EarlyKeys {
    /// The transcript is ClientHello.
    pub(super) fn derive(
        ctx: &mut Context,
        psk: &Psk,
        client_hello: &Transcript,
        parameters: EarlyDataParameters,
    ) -> Self {
        let (traffic_secret, exporter) = ctx.early_secrets(psk, client_hello);
        Self {
            traffic_secret,
            exporter,
            max_size: parameters.max_size as usize,
            record_size_limit: None,
        }
    }
}

/// A handshake that waits for the decision.
pub struct DecidingEarlyData {
    pub(super) candidate: Candidate,
    pub(super) acceptance: Acceptance,
}

impl DecidingEarlyData {
    /// What is to be decided.
    pub(super) fn request(&self) -> EarlyDataRequest<'_> {
        EarlyDataRequest {
            id: &self.candidate.id,
            identity: &self.candidate.identity,
            replayable_until: self.candidate.replayable_until,
            max_size: self.candidate.parameters.max_size,
        }
    }

    /// Goes on with the decision.
    pub(super) fn decide(
        self: Box<Self>,
        ctx: &mut Context,
        accepted: bool,
    ) -> Result<State, Error> {
        let Self { mut acceptance, candidate, .. } = *self;
        acceptance.early_data = accepted.then_some(candidate.parameters);
        accept(ctx, acceptance)
    }
}

/// WAIT_EOED: early data comes in, and its end.
pub struct WaitEndOfEarlyData {
    /// What may still come, in bytes.
    pub(super) remaining: usize,
    /// What the client is told, for the records behind the early data.
    pub(super) record_size_limit: Option<u16>,
    pub(super) next: WaitFinished,
}

impl WaitEndOfEarlyData {
    /// Takes early data.
    pub fn on_early_data(&mut self, ctx: &mut Context, data: Vec<u8>) -> Result<(), Error> {
        let remaining = self.remaining.checked_sub(data.len());
        self.remaining = remaining.ok_or(Violation::TooMuchEarlyData)?;
        if !data.is_empty() {
            ctx.emit(Event::EarlyData(data));
        }
        Ok(())
    }

    /// Takes EndOfEarlyData: what follows is protected by the handshake's keys (section 4.6).
    pub(super) fn on_end_of_early_data(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        EndOfEarlyData::read(message.body())?;
        self.next.transcript.add(message.bytes);
        limit_records(ctx, self.record_size_limit);
        let suite = self.next.negotiated.cipher_suite;
        ctx.set_receive_secret(suite, &self.next.client_handshake_traffic_secret)?;
        Ok(State::WaitFinished(Box::new(self.next)))
    }

    /// The early exporter (section 7.5).
    pub(super) fn early_exporter(&self) -> Option<&Exporter> {
        self.next.early_exporter.as_ref()
    }
}
