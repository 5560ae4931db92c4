//! The guard against one PSK in two roles (RFC 9257 section 4.1, the Selfie attack).
//!
//! An endpoint that is client and server with one PSK can be made to talk to itself: an attacker sends a client's messages
//! back to it, and both ends authenticate. So each identity is remembered with the role in which this process used it
//! first, and refused in the other. An importer context that names the roles makes the identities differ, and never
//! meets this guard.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::Psk;
use super::list::{IdentityKey, IdentityMap, key_of};
use crate::keys::BinderKind;

/// The side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It began.
    Client,
    /// It was called.
    Server,
}

/// How many identities of each kind the guard remembers at least: those that were used last. It holds at most twice as
/// many, in some four megabytes a kind, however long the process lives.
const REMEMBERED: usize = 50_000;

/// Roles by the SHA-256 of the wire identity, in two generations. Only PSKs that were used are here: a client's when it
/// offers them, a server's when a binder has verified, so a stranger neither adds anything nor has anything forgotten.
#[derive(Default)]
struct Roles {
    recent: IdentityMap<Role>,
    /// What was recent before that was full.
    older: IdentityMap<Role>,
}

/// The guard of a process. Tickets are many, and would have external PSKs forgotten.
#[derive(Default)]
struct Guard {
    external: Roles,
    tickets: Roles,
}

static GUARD: Mutex<Option<Guard>> = Mutex::new(None);

/// A guard that this copy of the core shares with others in its process: whether the identity with this key, of a ticket
/// or not, may be used in the role. `None` if there is no such guard after all.
pub type SharedGuard = fn(key: &[u8], is_ticket: bool, role: Role) -> Option<bool>;

static SHARED: OnceLock<SharedGuard> = OnceLock::new();

/// Asks a shared guard in place of the one here. The first one stays.
pub fn share_guard(guard: SharedGuard) {
    let _ = SHARED.set(guard);
}

/// Whether this process may use the PSK in this role, which it does from now on. A ticket counts as well: where servers
/// share the keys of tickets, a client's own ClientHello would resume at the server beside it.
pub fn may_serve(psk: &Psk, role: Role) -> bool {
    let is_ticket = psk.kind == BinderKind::Resumption;
    let key = key_of(&psk.identity);
    if let Some(answer) = SHARED.get().and_then(|shared| shared(&key, is_ticket, role)) {
        return answer;
    }
    // A thread that panicked while it held the lock left the maps as they were: insertions are whole.
    let mut guard = GUARD.lock().unwrap_or_else(PoisonError::into_inner);
    let Guard { external, tickets } = guard.get_or_insert_default();
    let roles = if is_ticket { tickets } else { external };
    roles.claim(key, role)
}

impl Roles {
    fn claim(&mut self, key: IdentityKey, role: Role) -> bool {
        let Self { recent, older } = self;
        if recent.len() >= REMEMBERED {
            *older = core::mem::take(recent);
        }
        let first = older.get(&key).copied().unwrap_or(role);
        *recent.entry(key).or_insert(first) == role
    }
}
