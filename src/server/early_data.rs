//! Early data (RFC 9846 sections 4.3.10 and 8): whether it can be accepted, and its keys.

use super::EarlyDataPolicy;
use super::negotiation::{Negotiation, suite_for};
use super::pre_shared_keys::{ServerPsks, Ticket};
use super::selection::Chosen;
use crate::endpoint::Context;
use crate::keys::{Exporter, TrafficSecret, Transcript};
use crate::psk::{EarlyDataParameters, Psk};

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
