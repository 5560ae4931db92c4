//! The guard against one PSK in two roles (RFC 9257 section 4.1, the Selfie attack).
//!
//! An endpoint that is client and server with one PSK can be made to talk to itself: an attacker sends a client's
//! messages back to it, and both ends authenticate. So the guard remembers the role in which this process first used
//! each identity, and refuses the identity in the other role. An importer context that names the roles makes the
//! identities differ, so that the guard does not apply.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::Psk;
use super::list::{IdentityKey, IdentityMap, key_of};
use crate::keys::PskKind;
use crate::role::Role;

/// How many identities of each kind the guard remembers at least: the most recently used ones. It holds at most twice
/// as many, in about four megabytes for each kind, however long the process runs.
const REMEMBERED: usize = 50_000;

/// Roles by the SHA-256 of the wire identity, in two generations. Only used PSKs are entered: a client's when it offers
/// them, a server's when a binder has verified. So a stranger can neither add identities nor push out others.
#[derive(Default)]
struct Roles {
    recent: IdentityMap<Role>,
    /// The previous generation, from before `recent` was last full.
    older: IdentityMap<Role>,
}

/// The guard of a process. Tickets are counted separately, as there are many, and they would push out external PSKs.
#[derive(Default)]
struct Guard {
    external: Roles,
    tickets: Roles,
}

static GUARD: Mutex<Option<Guard>> = Mutex::new(None);

/// A guard that copies of the core in one process share: whether the identity with this key, which may be that of a
/// ticket, may be used in the role. `None` if there is no such guard.
pub type SharedGuard = fn(key: &[u8], is_ticket: bool, role: Role) -> Option<bool>;

static SHARED: OnceLock<SharedGuard> = OnceLock::new();

/// Uses a shared guard instead of the one here. Later calls have no effect.
pub fn share_guard(guard: SharedGuard) {
    let _ = SHARED.set(guard);
}

/// Whether this process may use the PSK in this role; if so, records the use. Tickets count as well: if servers share
/// ticket keys, a client's own ClientHello could resume at a server in the same process.
pub fn may_serve(psk: &Psk, role: Role) -> bool {
    let is_ticket = psk.kind == PskKind::Resumption;
    let key = key_of(&psk.identity);
    if let Some(answer) = SHARED.get().and_then(|shared| shared(&key, is_ticket, role)) {
        return answer;
    }
    // A thread that panicked while it held the lock left the maps intact: insertions are atomic.
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
