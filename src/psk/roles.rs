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

/// How many identities the guard remembers at the least: those that were used last. It holds twice as many at the most,
/// in some four megabytes, however long the process lives.
const REMEMBERED: usize = 50_000;

/// Roles by the SHA-256 of the wire identity, in two generations. Only PSKs that were used are here: a client's when it
/// offers them, a server's when a binder has verified, so a stranger neither adds anything nor has anything forgotten.
#[derive(Default)]
struct Roles {
    recent: IdentityMap<Role>,
    /// What was recent before that was full.
    older: IdentityMap<Role>,
}

static ROLES: Mutex<Option<Roles>> = Mutex::new(None);

/// Whether this process may use the PSK in this role, which it does from now on. A ticket is used once and opens for
/// those alone who have its server's keys: it is not remembered, as tickets have no end.
pub fn may_serve(psk: &Psk, role: Role) -> bool {
    psk.kind == BinderKind::Resumption || claim(&psk.identity, role)
}

fn claim(identity: &[u8], role: Role) -> bool {
    let key = key_of(identity);
    // A thread that panicked with the lock in hand left the maps as they were: insertions are whole.
    let mut roles = ROLES.lock().unwrap_or_else(PoisonError::into_inner);
    let Roles { recent, older } = roles.get_or_insert_default();
    if recent.len() >= REMEMBERED {
        *older = core::mem::take(recent);
    }
    let first = older.get(&key).copied().unwrap_or(role);
    *recent.entry(key).or_insert(first) == role
}
