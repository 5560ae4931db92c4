//! The selection among the PSKs that a client offers (RFC 9846 section 4.3.11).

use super::ExternalPsk;

/// The answer to a selection.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Selection<'a> {
    /// The PSK that the selection policy `FirstMatch` would select.
    FirstMatch,
    /// The offered PSK with this index in the client's list. The connection must have a PSK with its identity; for a
    /// ticket that descends from an external PSK, it must have that PSK.
    Offered(usize),
    /// This PSK, which the connection need not have. It, or a ticket that descends from it, must be among the offered
    /// ones; such a ticket is preferred. A ticket whose PSK had another key is ignored.
    Psk(&'a ExternalPsk),
    /// None of the offered ones.
    None,
    /// None of the offered ones, after the same work as selecting this PSK: for an application that makes PSKs on
    /// demand, so that the time does not reveal which identities are known.
    Unknown(&'a ExternalPsk),
}
