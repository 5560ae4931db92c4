//! The choice among the PSKs that a client offers (RFC 9846 section 4.3.11).

use super::ExternalPsk;

/// The answer to a selection.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// What the selection policy `FirstMatch` would choose.
    FirstMatch,
    /// The offered PSK at this place in the client's list. The connection must hold a PSK of its identity; of a ticket
    /// that descends from an external PSK, it must hold that one.
    Offered(usize),
    /// This PSK, which the connection need not hold. It, or a ticket that descends from it, must be among the offered
    /// ones; such a ticket is preferred. One whose PSK had another key is passed over.
    Psk(&'a ExternalPsk),
    /// None of the offered ones.
    None,
    /// None of the offered ones, after the work of choosing this PSK: for an application that makes PSKs when it is asked,
    /// so that the time does not tell for which identities there is one.
    Unknown(&'a ExternalPsk),
}
