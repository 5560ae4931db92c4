//! NEGOTIATED: the application's decision about early data is pending (RFC 9846 section 8).

use super::early_data::{self, Candidate, EarlyDataRequest};
use super::negotiated::{Acceptance, accept};
use super::negotiation::{GroupChoice, Negotiation, suite_for};
use super::pre_shared_keys::{ServerPsks, Ticket};
use super::selection::Chosen;
use super::{Asking, State};
use crate::endpoint::{Context, Event};
use crate::error::Error;
use crate::keys::TranscriptBuffer;

/// A handshake for which the decision is pending.
pub struct DecidingEarlyData {
    pub(super) candidate: Candidate,
    pub(super) acceptance: Acceptance,
}

impl DecidingEarlyData {
    /// The request for the decision.
    pub fn request(&self) -> EarlyDataRequest<'_> {
        EarlyDataRequest {
            id: &self.candidate.id,
            identity: &self.candidate.identity,
            replayable_until: self.candidate.replayable_until,
            max_size: self.candidate.parameters.max_size,
        }
    }

    /// Continues with the decision.
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

/// Accepts the ClientHello, or requests a decision on its early data.
pub(super) fn accept_first(
    ctx: &mut Context,
    psks: ServerPsks,
    negotiation: Negotiation,
    chosen: Option<(Chosen, Option<Ticket>)>,
) -> Result<State, Error> {
    let candidate = chosen.as_ref().and_then(|(chosen, ticket)| {
        early_data::candidate(ctx, &psks, &negotiation, chosen, ticket.as_ref())
    });
    let chosen = chosen.map(|(chosen, _)| chosen);
    let Negotiation { hello, message, common, retried, .. } = negotiation;
    let suite = suite_for(&common, chosen.as_ref().map(|chosen| &chosen.psk))?;
    let hash = suite.hash();
    let hello_retry_request = retried.is_some();
    let (transcript, early_data_offered) = match retried {
        Some(mut retried) => {
            retried.transcript.add(&message);
            (retried.transcript, retried.early_data)
        }
        None => {
            let transcript = TranscriptBuffer::new(&message).start(hash);
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
            Ok(State::Asking(Asking::DecidingEarlyData(Box::new(deciding))))
        }
        None => accept(ctx, acceptance),
    }
}
