//! The pending selection: the application sees the offer, and its answer decides how the handshake continues.

use super::deciding_early_data::accept_first;
use super::negotiation::{GroupChoice, Negotiation, common_mode};
use super::pre_shared_keys::{ServerPsks, Ticket};
use super::selection::{Chosen, Selector, trace};
use super::wait_second_client_hello::request_retry;
use super::{ServerConfig, State};
use crate::crypto::{HashAlgorithm, Suite};
use crate::endpoint::{Context, PskOutcome};
use crate::error::{Error, Incompatible, Usage, Violation};
use crate::psk::{OfferedPskList, Psk, Selection, verify_binder, verify_dummy_binder};
use crate::wire::{ClientHello, OfferedPsks};

/// A checked ClientHello with an offer, for which the selection is pending.
pub struct SelectingPsk {
    pub(super) psks: ServerPsks,
    pub(super) negotiation: Negotiation,
    /// This server's tickets among the offered identities, each in its place.
    pub(super) tickets: Vec<Option<Ticket>>,
}

impl SelectingPsk {
    /// The ClientHello without its PSKs.
    pub fn client_hello(&self) -> &ClientHello {
        &self.negotiation.hello
    }

    /// The suites that the handshake may use.
    pub fn common_suites(&self) -> &[Suite] {
        &self.negotiation.common.suites
    }

    /// The offer.
    pub fn offered_psks(&self) -> OfferedPskList<'_> {
        let tickets = self.tickets.iter().map(|ticket| Some(&ticket.as_ref()?.offered));
        OfferedPskList::new(self.psks.looked_at(self.offer()), tickets.collect())
    }

    pub(super) fn check(&self, selection: &Selection<'_>) -> Result<(), Usage> {
        self.selector().check(selection)
    }

    /// Continues with the selection.
    ///
    /// An unknown identity, a declined offer, a PSK that fits no suite and a bad binder end in the same way, after the
    /// same work: otherwise a stranger could find out which identities exist.
    pub(super) fn select(
        self: Box<Self>,
        ctx: &mut Context,
        selection: &Selection<'_>,
    ) -> Result<State, Error> {
        let chosen = self.selector().choose(ctx, selection);
        let is_chosen = chosen.is_some();
        let chosen = chosen.unwrap_or_else(|| self.selector().stand_in(ctx, selection));
        let verified = self.verify(&chosen);
        if !is_chosen {
            return self.without_psk(ctx);
        }
        trace(ctx, chosen.index, PskOutcome::Chosen);
        if !verified {
            trace(ctx, chosen.index, PskOutcome::Failed);
            return Err(Violation::BadBinder.into());
        }
        trace(ctx, chosen.index, PskOutcome::Verified);

        let Self { psks, negotiation, mut tickets } = *self;
        let ticket = tickets.get_mut(chosen.index).and_then(Option::take);
        if negotiation.hello.extensions.early_data {
            ctx.reader.skip_early_data(most_skipped(&psks.config, &chosen.psk));
        }
        match negotiation.common.group {
            Some(GroupChoice::NeedsRetry(group)) => {
                let psk = Some(chosen.psk);
                request_retry(ctx, psks, negotiation, psk, group)
            }
            _ => accept_first(ctx, psks, negotiation, Some((chosen, ticket))),
        }
    }

    /// Continues with a certificate, if there is one.
    pub(super) fn without_psk(self: Box<Self>, ctx: &mut Context) -> Result<State, Error> {
        let Self { mut psks, negotiation, .. } = *self;
        // The second ClientHello must still contain the identity that was selected from the first.
        let settled = negotiation.retried.as_ref().is_some_and(|retried| retried.chosen.is_some());
        if !psks.config.full_handshake() || settled {
            return Err(Incompatible::NoAcceptablePsk.into());
        }
        let Negotiation { hello, common, .. } = &negotiation;
        if common_mode(&psks.config.parameters, &hello.extensions).is_none() {
            psks.withhold_tickets();
        }
        match common.group_of_full_handshake(&psks.config.parameters, &hello.extensions)? {
            GroupChoice::NeedsRetry(group) => request_retry(ctx, psks, negotiation, None, group),
            share => {
                let mut negotiation = negotiation;
                negotiation.common.group = Some(share);
                accept_first(ctx, psks, negotiation, None)
            }
        }
    }

    /// Whether the binder of the selected PSK verifies.
    ///
    /// There is one check for each hash that the handshake could use, so that the work reveals neither the selection
    /// nor its hash.
    fn verify(&self, chosen: &Chosen) -> bool {
        let binder = self.offer().binders.get(chosen.index).map(Vec::as_slice).unwrap_or_default();
        let suites = &self.negotiation.common.suites;
        let mut verified = false;
        for hash in HashAlgorithm::ALL {
            if !suites.iter().any(|suite| suite.hash() == hash) {
                continue;
            }
            let covered = self.negotiation.covered(hash);
            if chosen.psk.hash == hash {
                verified = verify_binder(&chosen.psk, &covered, binder);
            } else {
                verify_dummy_binder(hash, &covered, binder);
            }
        }
        verified
    }

    fn offer(&self) -> &OfferedPsks {
        &self.negotiation.offer
    }

    fn selector(&self) -> Selector<'_> {
        let Negotiation { offer, common, retried, .. } = &self.negotiation;
        let settled = retried.as_ref().and_then(|retried| retried.chosen);
        Selector {
            psks: &self.psks,
            offered: self.psks.looked_at(offer),
            tickets: &self.tickets,
            suites: &common.suites,
            settled,
        }
    }
}

/// How much early data is skipped with a PSK. A client may send everything that the PSK allows before it learns that
/// none is accepted. Twice as much leaves room for the overhead of records of any sensible size.
fn most_skipped(config: &ServerConfig, psk: &Psk) -> usize {
    let allowed = psk.early_data.as_ref().map_or(0, |parameters| parameters.max_size as usize);
    config.max_skipped_early_data.max(allowed.saturating_mul(2))
}
