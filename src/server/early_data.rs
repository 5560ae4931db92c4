//! Early data (RFC 9846 sections 4.3.10 and 8): whether it can be accepted, and its keys.

use super::EarlyDataPolicy;
use super::negotiation::{Negotiation, suite_for};
use super::pre_shared_keys::{ServerPsks, Ticket};
use super::selection::Chosen;
use crate::endpoint::Context;
use crate::keys::{Exporter, TrafficSecret, Transcript};
use crate::psk::{EarlyDataParameters, Psk};

/// Early data for which the application's decision is pending.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EarlyDataRequest<'a> {
    /// Identifies this ClientHello, which an attacker cannot alter: the binder of the PSK, which covers it. A copy has
    /// the same value; accepting no value twice is single use ([section 8.2]).
    ///
    /// [section 8.2]: https://www.rfc-editor.org/rfc/rfc9846#section-8.2
    pub id: &'a [u8],
    /// The identity on the wire.
    pub identity: &'a [u8],
    /// When a copy would be refused anyway, because of its age or that of its ticket: until then the `id` must be
    /// remembered, in milliseconds of the connection's clock. `None` for an external PSK, whose offer says nothing
    /// about the time.
    pub replayable_until: Option<u64>,
    /// The most early data that will be accepted, in bytes.
    pub max_size: u32,
}

/// The data for detecting copies of a ClientHello, stored from the selection to the decision.
pub(super) struct Candidate {
    pub(super) id: Vec<u8>,
    pub(super) identity: Vec<u8>,
    pub(super) replayable_until: Option<u64>,
    pub(super) parameters: EarlyDataParameters,
}

/// Whether TLS allows early data to be accepted: it was sent with the selected PSK, the handshake negotiates the
/// parameters of the PSK, and the ticket has the age that the client says.
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
        // A store without the ids of this ticket's ClientHellos would mistake a copy for the original.
        Some(ticket) if psks.ticket_policy()?.replay_scope() != ticket.replay_scope() => {
            return None;
        }
        Some(ticket) => {
            let age = offer.identities.first()?.obfuscated_ticket_age;
            if ticket.age_difference(age, ctx.now) > window {
                return None;
            }
            // A later copy is too old by our clock.
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
    /// The record limit that was sent to the client, for the records after the early data.
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
