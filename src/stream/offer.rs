//! The offer of a client as a value, and the choice among its PSKs.

use core::error::Error;

use crate::connection::Connection;
use crate::crypto::Suite;
use crate::psk::{ExternalPsk, OfferedPskList, OfferedTicket, Selection};
use crate::wire::PskIdentity;

/// What a client offers, from which a server selects the PSK.
#[derive(Clone, Debug)]
pub struct Offer {
    identities: Vec<PskIdentity>,
    tickets: Vec<Option<OfferedTicket>>,
    server_name: Option<Vec<u8>>,
    alpn: Vec<Vec<u8>>,
    suites: Vec<Suite>,
}

impl Offer {
    pub(super) fn of(connection: &Connection) -> Option<Self> {
        let psks = connection.offered_psks()?;
        let identity = |psk: crate::psk::OfferedPsk<'_>| PskIdentity {
            identity: psk.identity.to_vec(),
            obfuscated_ticket_age: psk.obfuscated_ticket_age,
        };
        Some(Self {
            identities: psks.clone().map(identity).collect(),
            tickets: psks.map(|psk| psk.ticket.cloned()).collect(),
            server_name: connection.offered_server_name().map(<[u8]>::to_vec),
            alpn: connection.offered_alpn().to_vec(),
            suites: connection.common_suites().to_vec(),
        })
    }

    /// The offered PSKs in the client's order.
    pub fn psks(&self) -> OfferedPskList<'_> {
        OfferedPskList::new(&self.identities, self.tickets.iter().map(Option::as_ref).collect())
    }

    /// The name of the server that the client wants to talk to ([RFC 6066 section 3]).
    ///
    /// [RFC 6066 section 3]: https://www.rfc-editor.org/rfc/rfc6066#section-3
    #[must_use]
    pub fn server_name(&self) -> Option<&[u8]> {
        self.server_name.as_deref()
    }

    /// The application protocols of the client (RFC 7301), most preferred first, which may have reserved values among
    /// them (RFC 8701).
    #[must_use]
    pub fn alpn(&self) -> &[Vec<u8>] {
        &self.alpn
    }

    /// The cipher suites that the handshake may use. The hash of the PSK must be that of one of them.
    #[must_use]
    pub fn cipher_suites(&self) -> &[Suite] {
        &self.suites
    }
}

/// The choice of a PSK by the application. An `Option<ExternalPsk>` converts to it, and so does a `Result` of one.
#[derive(Debug)]
#[non_exhaustive]
pub enum Choice {
    /// This PSK, or a ticket that descends from it: [`Selection::Psk`].
    Psk(ExternalPsk),
    /// As the configuration would choose: [`Selection::FirstMatch`].
    FirstMatch,
    /// The offered PSK with this index, which the configuration has: [`Selection::Offered`].
    Offered(usize),
    /// None of the offered ones: [`Selection::None`].
    None,
    /// None of the offered ones, after the same work as for this PSK: [`Selection::Unknown`].
    Unknown(ExternalPsk),
    /// The application cannot answer, for example because its store is unreachable. The handshake fails with
    /// `internal_error`, and the acceptor returns the error.
    Failed(Box<dyn Error + Send + Sync>),
}

impl Choice {
    /// The answer to the question: for [`Choice::Failed`], that there is no PSK.
    #[must_use]
    pub fn selection(&self) -> Selection<'_> {
        match self {
            Self::Psk(psk) => Selection::Psk(psk),
            Self::FirstMatch => Selection::FirstMatch,
            Self::Offered(index) => Selection::Offered(*index),
            Self::None | Self::Failed(_) => Selection::None,
            Self::Unknown(psk) => Selection::Unknown(psk),
        }
    }
}

impl From<Option<ExternalPsk>> for Choice {
    fn from(psk: Option<ExternalPsk>) -> Self {
        psk.map_or(Self::None, Self::Psk)
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<Result<Option<ExternalPsk>, E>> for Choice {
    fn from(result: Result<Option<ExternalPsk>, E>) -> Self {
        result.map_or_else(|error| Self::Failed(error.into()), Self::from)
    }
}
