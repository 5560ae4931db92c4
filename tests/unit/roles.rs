//! The role guard in a process that runs long and uses many identities: a million handshakes would take minutes.

use super::test;
use crate::crypto::HashAlgorithm;
use crate::psk::{ExternalPsk, Psk, may_serve};
use crate::role::Role;

/// As `src/psk/roles.rs` has it.
const REMEMBERED: usize = 50_000;

fn device(number: usize) -> Psk {
    let identity = format!("device-{number}");
    let psk = ExternalPsk::new(identity.as_bytes(), &[7; 32], HashAlgorithm::Sha256).unwrap();
    psk.for_hash(HashAlgorithm::Sha256).unwrap()
}

#[test]
fn the_guard_remembers_the_identities_used_last_and_no_more() {
    const USED: usize = 1_000_000;
    let constant = device(USED);
    for number in 0..USED {
        assert!(may_serve(&device(number), Role::Server));
        // An identity that is used repeatedly is never forgotten.
        if number % 10_000 == 0 {
            assert!(may_serve(&constant, Role::Server));
        }
    }
    assert!(!may_serve(&constant, Role::Client));
    // Before anything is forgotten, as a check counts as a use.
    for number in (USED - REMEMBERED + 1_000..USED).rev() {
        assert!(!may_serve(&device(number), Role::Client), "device-{number} was forgotten");
    }
    let forgotten = |number: &usize| may_serve(&device(*number), Role::Client);
    assert_eq!((0..1_000).filter(forgotten).count(), 1_000);
}
