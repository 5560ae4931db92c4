//! The guard against one PSK in two roles (RFC 9257 section 4.1, the Selfie attack).
//!
//! An endpoint that is client and server with one PSK can be made to talk to itself: an attacker sends a client's
//! messages back to it, and both ends authenticate. So the guard remembers the role in which this process first used
//! each identity, and refuses the identity in the other role. An importer context that names the roles makes the
//! identities differ, so that the guard does not apply.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::Psk;
use super::list::key_of;
use super::recent::Recent;
use crate::keys::PskKind;
use crate::role::Role;

/// The guard of a process. Only used PSKs are entered: a client's when it offers them, a server's when a binder has
/// verified. Tickets are counted separately, as there are many, and they would push out external PSKs.
#[derive(Default)]
struct Guard {
    external: Recent<Role>,
    tickets: Recent<Role>,
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
    *roles.entry(key, role) == role
}
