//! The role guard in a process that runs long and uses many identities. The crate's own source is compiled once more
//! for it, as a million handshakes would take minutes.
#![allow(dead_code, unused_imports, reason = "the test uses a part of it")]

#[path = "../src/crypto/mod.rs"]
mod crypto;
#[path = "../src/error.rs"]
mod error;
#[path = "../src/keys/mod.rs"]
mod keys;
#[path = "../src/newtype.rs"]
mod newtype;
#[path = "../src/psk/mod.rs"]
mod psk;
#[path = "../src/wire/mod.rs"]
mod wire;

use crypto::HashAlgorithm;
use psk::{ExternalPsk, Psk, Role, may_serve};

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
