//! Selecting a PSK from the offer (RFC 9846 sections 4.2.1 and 4.3.11).

use super::pre_shared_keys::{ServerPsks, Ticket};
use crate::crypto::{HashAlgorithm, Suite};
use crate::endpoint::{Context, Event, PskOutcome};
use crate::error::Usage;
use crate::psk::{ExternalPsk, Found, Psk, Selection};
use crate::wire::PskIdentity;

/// A selected PSK.
pub(super) struct Chosen {
    pub(super) index: usize,
    pub(super) psk: Psk,
}

/// Evaluates a selection over the common suites, in the server's order.
pub(super) struct Selector<'a> {
    pub(super) psks: &'a ServerPsks,
    /// The offered identities that are considered.
    pub(super) offered: &'a [PskIdentity],
    /// The tickets among them, each in its place.
    pub(super) tickets: &'a [Option<Ticket>],
    pub(super) suites: &'a [Suite],
    /// The only index that can be selected, if a HelloRetryRequest has fixed it.
    pub(super) settled: Option<usize>,
}

/// A PSK for an offered identity.
enum Candidate<'a> {
    External(Found<'a>),
    Ticket(&'a Ticket),
}

impl Candidate<'_> {
    /// Its place in the order of preference; smaller is preferred. Tickets are first, as clients offer them first; but
    /// tickets of clients that were not authenticated are last, after PSKs, which authenticate.
    fn rank(&self) -> usize {
        match self {
            Self::Ticket(ticket) if !ticket.offered.client.is_authenticated() => usize::MAX,
            Self::Ticket(_) => 0,
            Self::External(found) => 1 + found.rank,
        }
    }

    /// The hash of the suites that it can be used with.
    fn hash(&self) -> HashAlgorithm {
        match self {
            Self::Ticket(ticket) => ticket.hash(),
            Self::External(found) => found.hash,
        }
    }

    /// The key for the wire identity.
    fn into_psk(self, identity: &[u8]) -> Option<Psk> {
        match self {
            Self::Ticket(ticket) => Some(ticket.psk(identity)),
            Self::External(found) => found.psk.for_wire_identity(identity.to_vec(), found.hash),
        }
    }
}

impl Selector<'_> {
    /// Whether the application may answer with `selection`.
    pub(super) fn check(&self, selection: &Selection<'_>) -> Result<(), Usage> {
        match selection {
            Selection::FirstMatch | Selection::None => Ok(()),
            Selection::Unknown(psk) => {
                core::hint::black_box(self.check(&Selection::Psk(psk)).is_ok());
                Ok(())
            }
            Selection::Offered(index) => {
                let offered = self.offered.get(*index).ok_or(Usage::IdentityNotOffered)?;
                if !self.may_choose(*index) {
                    return Err(Usage::IdentitySettled);
                }
                match self.candidate(*index, &offered.identity) {
                    Some(_) => Ok(()),
                    None => Err(Usage::NoPskForIdentity),
                }
            }
            Selection::Psk(psk) => {
                let offered = psk
                    .target_hashes()
                    .iter()
                    .any(|hash| self.position(&psk.wire_identity(*hash)).is_some())
                    || self.tickets().any(|(_, ticket)| ticket.offered.client.names(psk));
                match self.settled {
                    _ if offered => Ok(()),
                    Some(_) => Err(Usage::IdentitySettled),
                    None => Err(Usage::IdentityNotOffered),
                }
            }
        }
    }

    /// The selected PSK, or `None` if no PSK is selected or the selected one fits none of the suites.
    pub(super) fn choose(&self, ctx: &mut Context, selection: &Selection<'_>) -> Option<Chosen> {
        match selection {
            Selection::None | Selection::Unknown(_) => None,
            Selection::FirstMatch => self.first_match(ctx),
            Selection::Offered(index) => {
                let identity = &self.offered.get(*index)?.identity;
                let found = self.candidate(*index, identity)?;
                if !self.fits(found.hash()) {
                    trace(ctx, *index, PskOutcome::Unusable);
                    return None;
                }
                Some(Chosen { index: *index, psk: found.into_psk(identity)? })
            }
            Selection::Psk(psk) => self.ticket_of(ctx, psk).or_else(|| {
                self.suites.iter().find_map(|suite| {
                    let psk = psk.for_hash(suite.hash())?;
                    let index = self.position(&psk.identity)?;
                    Some(Chosen { index, psk })
                })
            }),
        }
    }

    /// What is verified where nothing is selected: the application's PSK for an unknown identity, or one that nobody
    /// has.
    pub(super) fn stand_in(&self, ctx: &mut Context, selection: &Selection<'_>) -> Chosen {
        let made = match selection {
            Selection::Unknown(psk) => self.choose(ctx, &Selection::Psk(psk)),
            _ => None,
        };
        made.unwrap_or_else(|| {
            let identity = self.offered.first().map(|psk| psk.identity.as_slice());
            Chosen { index: 0, psk: Psk::stand_in(identity.unwrap_or_default()) }
        })
    }

    /// The first usable ticket that descends from this PSK.
    fn ticket_of(&self, ctx: &mut Context, psk: &ExternalPsk) -> Option<Chosen> {
        for (index, ticket) in self.tickets().filter(|(_, t)| t.offered.client.names(psk)) {
            if !ticket.offered.is_by(psk) {
                trace(ctx, index, PskOutcome::Withdrawn);
            } else if !self.fits(ticket.hash()) {
                trace(ctx, index, PskOutcome::Unusable);
            } else {
                let identity = &self.offered.get(index)?.identity;
                return Some(Chosen { index, psk: ticket.psk(identity) });
            }
        }
        None
    }

    /// The PSK of the identity with this index, if the connection has it.
    fn candidate(&self, index: usize, identity: &[u8]) -> Option<Candidate<'_>> {
        if let Some(found) = self.psks.find(identity) {
            return Some(Candidate::External(found));
        }
        let ticket = self.tickets.get(index)?.as_ref()?;
        self.psks.accepts(ticket).then_some(Candidate::Ticket(ticket))
    }

    /// The tickets that may be selected, with their indices.
    fn tickets(&self) -> impl Iterator<Item = (usize, &Ticket)> {
        let places = self.tickets.iter().enumerate();
        places.filter_map(|(index, ticket)| {
            ticket.as_ref().filter(|_| self.may_choose(index)).map(|ticket| (index, ticket))
        })
    }

    /// The most preferred of the server's PSKs that is offered and usable. Every offered identity is looked up, so the
    /// time does not reveal which one matched.
    fn first_match(&self, ctx: &mut Context) -> Option<Chosen> {
        let mut best: Option<((usize, usize), usize, Candidate<'_>)> = None;
        for (index, offered) in self.offered.iter().enumerate() {
            if !self.may_choose(index) {
                continue;
            }
            let Some(found) = self.candidate(index, &offered.identity) else {
                let opened = self.tickets.get(index).is_some_and(Option::is_some);
                let outcome = if opened { PskOutcome::Withdrawn } else { PskOutcome::Unknown };
                trace(ctx, index, outcome);
                continue;
            };
            // An imported PSK is offered once for each hash: the better suite decides among its offers.
            let Some(suite) = self.suites.iter().position(|suite| suite.hash() == found.hash())
            else {
                trace(ctx, index, PskOutcome::Unusable);
                continue;
            };
            let rank = (found.rank(), suite);
            match &best {
                Some((other, ..)) if *other <= rank => trace(ctx, index, PskOutcome::NotPreferred),
                _ => {
                    if let Some((_, former, _)) = best {
                        trace(ctx, former, PskOutcome::NotPreferred);
                    }
                    best = Some((rank, index, found));
                }
            }
        }
        let (_, index, found) = best?;
        let psk = found.into_psk(&self.offered.get(index)?.identity)?;
        Some(Chosen { index, psk })
    }

    /// The first index of an identity in the offer, if it may be selected.
    fn position(&self, identity: &[u8]) -> Option<usize> {
        let mut identities = self.offered.iter();
        let place = identities.position(|offered| offered.identity == identity)?;
        self.may_choose(place).then_some(place)
    }

    fn may_choose(&self, place: usize) -> bool {
        self.settled.is_none_or(|settled| settled == place)
    }

    fn fits(&self, hash: HashAlgorithm) -> bool {
        self.suites.iter().any(|suite| suite.hash() == hash)
    }
}

pub(super) fn trace(ctx: &mut Context, index: usize, outcome: PskOutcome) {
    ctx.emit_trace(|| Event::Psk { index, outcome });
}
