//! The guard against one PSK in two roles (RFC 9257 section 4.1, the Selfie attack).
//!
//! Whoever is client and server with one PSK can be made to talk to itself: an attacker sends a client's messages
//! back to it, and both ends authenticate. So each identity is remembered with the role in which this process used it
//! first, and refused in the other. An importer context that names the roles makes the identities differ, and never
//! meets this guard.

use std::sync::{Mutex, PoisonError};

use super::Psk;
use super::list::{IdentityMap, key_of};
use crate::keys::BinderKind;

/// The side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It began.
    Client,
    /// It was called.
    Server,
}

/// Roles by the SHA-256 of the wire identity. Only PSKs that were used are here: a client's when it offers them, a
/// server's when a binder has verified, so a stranger adds nothing.
static ROLES: Mutex<Option<IdentityMap<Role>>> = Mutex::new(None);

/// Whether this process may use the PSK in this role, which it does from now on. A ticket is used once and opens for
/// those alone who have its server's keys: it is not remembered, as tickets have no end.
pub fn may_serve(psk: &Psk, role: Role) -> bool {
    psk.kind == BinderKind::Resumption || claim(&psk.identity, role)
}

fn claim(identity: &[u8], role: Role) -> bool {
    // A thread that panicked with the lock in hand left the map as it was: insertions are whole.
    let mut roles = ROLES.lock().unwrap_or_else(PoisonError::into_inner);
    *roles.get_or_insert_default().entry(key_of(identity)).or_insert(role) == role
}
