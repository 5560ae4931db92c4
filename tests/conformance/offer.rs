//! The PSKs that a client offers: their format, their binders, and what a stranger learns from them.

use tls_psk::keys::PskKind;
use tls_psk::wire::{
    CipherSuite, ClientHello, ExtensionType, OfferedPsks, PskIdentity, PskKeyExchangeMode, Reader,
};
use tls_psk::{
    Event, ExternalPsk, HashAlgorithm, Incompatible, PskOutcome, ServerConfig, Violation,
};

use super::client_hello::{assert_accepted, assert_refused, bound, raw};
use super::puppet::{Abort, PuppetClient, PuppetPsk, PuppetServer, assert_aborted, server};
use super::support::psk;
use super::{
    Alert, client_config, incompatible, server_config, shared_psk, test, undecodable, violation,
};

const PRE_SHARED_KEY: u16 = ExtensionType::PRE_SHARED_KEY.0;
const BAD_BINDER: Abort = violation(Violation::BadBinder, Alert::DECRYPT_ERROR);
const NO_PSK: Abort = incompatible(Incompatible::NoAcceptablePsk, Alert::DECRYPT_ERROR);

/// A hello whose offer is changed after it is bound.
fn offering(change: impl FnOnce(&mut OfferedPsks)) -> Vec<u8> {
    let mut hello = ClientHello::read(Reader::new(&bound(|_| ())[4..])).unwrap();
    change(hello.extensions.pre_shared_key.as_mut().unwrap());
    hello.encode().unwrap()
}

/// A hello with one entry more behind the PSK that the server knows.
fn behind(identity: &[u8], binder_len: usize) -> Vec<u8> {
    offering(|offer| {
        let identity = identity.to_vec();
        offer.identities.push(PskIdentity { identity, obfuscated_ticket_age: 0 });
        offer.binders.push(vec![0; binder_len]);
    })
}

/// A hello that a client with these PSKs sends to a server with the shared one, which is accepted.
fn accepted(row: &str, psks: Vec<PuppetPsk>, change: impl FnOnce(&mut ClientHello)) -> u16 {
    let mut client = PuppetClient::new(psks);
    let mut hello = client.hello();
    change(&mut hello);
    let message = client.bind(hello.encode().unwrap());
    let (_, answer) = assert_accepted(row, server_config(), &mut client, &message);
    answer.extensions.selected_identity.unwrap()
}

#[test]
fn the_offer_is_the_last_extension_and_there_once() {
    let last = violation(Violation::PreSharedKeyNotLast, Alert::ILLEGAL_PARAMETER);
    let moved = raw(|hello| hello.extensions.rotate_right(1));
    assert_refused("pre_shared_key first", server_config(), &moved, last);
    let followed = raw(|hello| hello.extensions.push((0xfafb, vec![])));
    assert_refused("an extension behind pre_shared_key", server_config(), &followed, last);

    let twice = raw(|hello| {
        let data = hello.data(PRE_SHARED_KEY).clone();
        hello.extensions.push((PRE_SHARED_KEY, data));
    });
    let abort = violation(Violation::DuplicateExtension, Alert::ILLEGAL_PARAMETER);
    assert_refused("pre_shared_key twice", server_config(), &twice, abort);
}

#[test]
fn an_offer_needs_modes_and_the_modes_are_not_empty() {
    let without = bound(|hello| hello.extensions.psk_key_exchange_modes = None);
    let abort = violation(Violation::MissingPskModes, Alert::MISSING_EXTENSION);
    assert_refused("no psk_key_exchange_modes", server_config(), &without, abort);
    let empty = bound(|hello| hello.extensions.psk_key_exchange_modes = Some(vec![]));
    assert_refused("empty ke_modes", server_config(), &empty, undecodable("ke_modes"));
}

#[test]
fn modes_that_the_server_does_not_have_are_ignored_beside_one_that_it_has() {
    let none = incompatible(Incompatible::NoCommonPskMode, Alert::HANDSHAKE_FAILURE);
    let unknown = [0x1a, 0xff].map(PskKeyExchangeMode);
    let message = bound(|hello| {
        hello.extensions.psk_key_exchange_modes = Some(unknown.to_vec());
    });
    assert_refused("unknown modes only", server_config(), &message, none);
    let message = bound(|hello| {
        hello.extensions.psk_key_exchange_modes = Some(vec![PskKeyExchangeMode::PSK_KE]);
    });
    assert_refused("psk_ke for a server of psk_dhe_ke", server_config(), &message, none);

    accepted("beside unknown modes", vec![shared_psk()], |hello| {
        let modes = hello.extensions.psk_key_exchange_modes.as_mut().unwrap();
        modes.splice(0..0, unknown);
    });
}

#[test]
fn the_servers_share_follows_from_the_mode() {
    for (mode, shares) in [(PskKeyExchangeMode::PSK_DHE_KE, 1), (PskKeyExchangeMode::PSK_KE, 0)] {
        let mut config = server_config();
        config.parameters_mut().set_psk_modes(&[mode]).unwrap();
        let mut client = PuppetClient::new(vec![shared_psk()]);
        let mut hello = client.hello();
        hello.extensions.psk_key_exchange_modes = Some(vec![mode]);
        let message = client.bind(hello.encode().unwrap());
        let (_, answer) = assert_accepted("mode", config, &mut client, &message);
        assert_eq!(answer.extensions.server_share.iter().count(), shares);
    }
}

#[test]
fn offers_that_cannot_be_are_refused() {
    let count = violation(Violation::BinderCountMismatch, Alert::ILLEGAL_PARAMETER);
    let another = PskIdentity { identity: b"another".to_vec(), obfuscated_ticket_age: 0 };
    let rows = [
        ("more identities than binders", offering(|o| o.identities.push(another)), count),
        ("more binders than identities", offering(|o| o.binders.push(vec![0; 32])), count),
        ("no identity", offering(|o| o.identities.clear()), undecodable("identities")),
        ("no binder", offering(|o| o.binders.clear()), undecodable("binders")),
        (
            "an empty identity",
            offering(|o| o.identities[0].identity.clear()),
            undecodable("identity"),
        ),
        ("a binder of 0 bytes", offering(|o| o.binders[0].clear()), undecodable("PskBinderEntry")),
        ("1 byte", offering(|o| o.binders[0].truncate(1)), undecodable("PskBinderEntry")),
        ("31 bytes", offering(|o| o.binders[0].truncate(31)), undecodable("PskBinderEntry")),
        (
            "identities of 6 bytes",
            raw(|hello| {
                let binders = [&[0, 33, 32][..], &[0; 32]].concat();
                *hello.data(PRE_SHARED_KEY) = [&[0, 6, 0, 1, b'a', 0, 0, 0][..], &binders].concat();
            }),
            undecodable("obfuscated_ticket_age"),
        ),
        (
            "a byte behind the binders",
            raw(|hello| hello.data(PRE_SHARED_KEY).push(0)),
            undecodable("pre_shared_key"),
        ),
        (
            "an empty extension",
            raw(|hello| hello.data(PRE_SHARED_KEY).clear()),
            undecodable("identities"),
        ),
        ("a binder of 33 bytes", offering(|o| o.binders[0].push(0)), BAD_BINDER),
        ("48 bytes for SHA-256", offering(|o| o.binders[0].extend([0; 16])), BAD_BINDER),
        ("255 bytes", offering(|o| o.binders[0].resize(255, 0)), BAD_BINDER),
        // All of the offer is read before anything is chosen from it.
        ("an empty identity behind the known one", behind(b"", 32), undecodable("identity")),
        ("a binder of 31 bytes behind", behind(b"another", 31), undecodable("PskBinderEntry")),
    ];
    for (row, message, abort) in rows {
        assert_refused(row, server_config(), &message, abort);
    }
}

#[test]
fn no_bit_of_the_chosen_binder_may_be_another() {
    let message = bound(|_| ());
    for at in message.len() - 32..message.len() {
        let mut flipped = message.clone();
        flipped[at] ^= 1 << (at % 8);
        assert_refused(&format!("byte {at}"), server_config(), &flipped, BAD_BINDER);
    }
}

#[test]
fn the_binders_of_other_identities_are_not_checked() {
    let stranger = PuppetPsk::external("stranger", HashAlgorithm::Sha384);
    for place in [0, 1] {
        let mut psks = vec![shared_psk(); 2];
        psks[1 - place] = stranger.clone();
        let mut client = PuppetClient::new(psks);
        let mut message = client.bind(client.hello().encode().unwrap());
        // The first binder begins 33 or 49 bytes before the second, and both before the end.
        let wrong = if place == 0 { message.len() - 1 } else { message.len() - 33 - 1 };
        message[wrong] ^= 1;
        let (_, answer) = assert_accepted("other", server_config(), &mut client, &message);
        assert_eq!(answer.extensions.selected_identity, Some(place as u16));
    }

    // The server knows the other one too, by another key, and prefers the shared one.
    let mut config = server_config();
    config.parameters_mut().set_trace(true);
    let other_key = ExternalPsk::new(b"stranger", &[7; 32], HashAlgorithm::Sha256).unwrap();
    config.append_psk(&other_key).unwrap();
    let psks = vec![PuppetPsk::external("stranger", HashAlgorithm::Sha256), shared_psk()];
    let mut client = PuppetClient::new(psks);
    let message = client.bind(client.hello().encode().unwrap());
    let (mut server, _) = assert_accepted("another key", config, &mut client, &message);
    let mut events = std::iter::from_fn(|| server.poll_event());
    let passed_over = Event::Psk { index: 0, outcome: PskOutcome::NotPreferred };
    assert!(events.any(|event| event == passed_over));
}

#[test]
fn a_binder_of_another_kind_or_over_another_text_does_not_verify() {
    for kind in [PskKind::Resumption, PskKind::Imported] {
        let client = PuppetClient::new(vec![PuppetPsk { kind, ..shared_psk() }]);
        let message = client.bind(client.hello().encode().unwrap());
        assert_refused(&format!("{kind:?}"), server_config(), &message, BAD_BINDER);
    }

    let hello = PuppetClient::new(vec![shared_psk()]).hello().encode().unwrap();
    let truncated = hello.len() - 35;
    // Lengths as if there were no binders: of the message, of the extensions and of pre_shared_key.
    let mut lengths = hello[..truncated].to_vec();
    let block = 4 + 2 + 32 + 33 + 2 + 6 + 2;
    let offer = truncated - (2 + 2 + 7 + 4) - 2;
    for (at, by) in [(2, 35), (block, 35), (offer, 35)] {
        let length = u16::from_be_bytes([lengths[at], lengths[at + 1]]);
        lengths[at..at + 2].copy_from_slice(&(length - by).to_be_bytes());
    }
    let mut other_random = hello[..truncated].to_vec();
    other_random[6] ^= 1;
    for (row, covered) in [
        ("over the binders too", &hello[..]),
        ("up to the binders' length", &hello[..truncated + 2]),
        ("with lengths that leave the binders out", &lengths),
        ("without the header", &hello[4..truncated]),
        ("over another hello", &other_random),
    ] {
        let mut message = hello.clone();
        let binder = shared_psk().binder(&HashAlgorithm::Sha256.digest(covered));
        message[truncated + 3..].copy_from_slice(&binder);
        assert_refused(row, server_config(), &message, BAD_BINDER);
    }
}

#[test]
fn near_identities_are_other_identities() {
    for identity in ["client1\0", "client1 ", "Client1", "client", "\0client1", "client1\u{301}"] {
        let psk = PuppetPsk { identity: identity.into(), ..shared_psk() };
        let client = PuppetClient::new(vec![psk]);
        let message = client.bind(client.hello().encode().unwrap());
        assert_refused(identity, server_config(), &message, NO_PSK);
    }
    // A server that has all of them finds each.
    let near: [&[u8]; 7] =
        [b"device", b"Device", b"device\0", b"\0device", b"devic", b"\xff\xfe", b"d\xc3\xa9vice"];
    let key = vec![7; 32];
    let mut config = ServerConfig::new();
    for identity in near {
        config
            .append_psk(&ExternalPsk::new(identity, &key, HashAlgorithm::Sha256).unwrap())
            .unwrap();
    }
    for identity in near {
        let psk = PuppetPsk { identity: identity.to_vec(), key: key.clone(), ..shared_psk() };
        let mut client = PuppetClient::new(vec![psk]);
        let message = client.bind(client.hello().encode().unwrap());
        let (server, _) = assert_accepted("near", config.clone(), &mut client, &message);
        assert_eq!(server.negotiated_psk_identity(), Some(identity));
    }
    // One text in two normal forms.
    let mut config = ServerConfig::new();
    config.append_psk(&psk("ger\u{e4}t", HashAlgorithm::Sha256)).unwrap();
    config.append_psk(&psk("gera\u{308}t", HashAlgorithm::Sha256)).unwrap();
    let composed = PuppetPsk::external("ger\u{e4}t", HashAlgorithm::Sha256);
    let identity = "gera\u{308}t".into();
    let mut client = PuppetClient::new(vec![PuppetPsk { identity, ..composed }]);
    let message = client.bind(client.hello().encode().unwrap());
    let mut server = server(config);
    let result = server.receive(&client.send_hello(&message));
    assert_aborted("the other form", &mut server, result, &mut client.wire, BAD_BINDER);
}

#[test]
fn an_identity_twice_is_matched_once() {
    let psks = vec![shared_psk(); 3];
    assert_eq!(accepted("three times", psks, |_| ()), 0);
}

#[test]
fn the_ticket_age_of_an_external_psk_is_sent_as_0_and_ignored() {
    let (_, puppet) = PuppetServer::start(client_config(), vec![shared_psk()]);
    let offer = puppet.hello.extensions.pre_shared_key.unwrap();
    let sent = PskIdentity { identity: b"client1".to_vec(), obfuscated_ticket_age: 0 };
    assert_eq!(offer.identities, [sent]);
    for age in [1, 0x8000_0000, 0xffff_ffff] {
        accepted("age", vec![shared_psk()], |hello| {
            let offer = hello.extensions.pre_shared_key.as_mut().unwrap();
            offer.identities[0].obfuscated_ticket_age = age;
        });
    }
}

#[test]
fn offers_as_large_as_can_be_are_taken_and_refused() {
    let long = "x".repeat(65_300);
    let mut config = ServerConfig::new();
    config.append_psk(&psk(&long, HashAlgorithm::Sha256)).unwrap();
    let mut client = PuppetClient::new(vec![PuppetPsk::external(&long, HashAlgorithm::Sha256)]);
    let message = client.bind(client.hello().encode().unwrap());
    assert_accepted("an identity of 65,300 bytes", config, &mut client, &message);

    // As many as fit, all known: only one binder is checked.
    let identities: Vec<String> = (0..1500).map(|i| format!("{i:x}")).collect();
    let mut config = ServerConfig::new();
    let mut psks = Vec::new();
    for identity in &identities {
        config.append_psk(&psk(identity, HashAlgorithm::Sha256)).unwrap();
        psks.push(PuppetPsk::external(identity, HashAlgorithm::Sha256));
    }
    let mut client = PuppetClient::new(psks);
    let mut message = client.bind(client.hello().encode().unwrap());
    let first = message.len() - 1500 * 33;
    message[first + 1] ^= 1;
    let mut server = server(config);
    let records = client.send_hello(&message);
    let result = server.receive(&records);
    assert_aborted("1,500 known", &mut server, result, &mut client.wire, BAD_BINDER);
}

#[test]
fn the_hash_of_the_psk_decides_the_suite() {
    let sha384 = PuppetPsk::external("large", HashAlgorithm::Sha384);
    let mut config = ServerConfig::new();
    config.append_psk(&psk("large", HashAlgorithm::Sha384)).unwrap();
    let large = CipherSuite::TLS_AES_256_GCM_SHA384;
    let small = CipherSuite::TLS_AES_128_GCM_SHA256;

    let mut client = PuppetClient::new(vec![sha384.clone()]);
    let mut hello = client.hello();
    hello.cipher_suites = vec![small, large];
    let message = client.bind(hello.encode().unwrap());
    let (_, answer) = assert_accepted("behind another", config.clone(), &mut client, &message);
    assert_eq!(answer.cipher_suite, large);

    let mut client = PuppetClient::new(vec![sha384]);
    hello.cipher_suites = vec![small];
    let message = client.bind(hello.encode().unwrap());
    let mut server = server(config);
    let result = server.receive(&client.send_hello(&message));
    assert_aborted("no suite fits", &mut server, result, &mut client.wire, NO_PSK);
}

#[test]
fn an_offer_needs_no_signature_algorithms_and_a_hello_without_offer_fails_by_what_it_lacks() {
    let no_psk = incompatible(Incompatible::NoPskOffered, Alert::HANDSHAKE_FAILURE);
    let missing = |violation_| violation(violation_, Alert::MISSING_EXTENSION);
    let scheme = tls_psk::wire::SignatureScheme::ED25519;
    let without = |change: fn(&mut ClientHello)| {
        let mut hello = PuppetClient::new(vec![shared_psk()]).hello();
        hello.extensions.pre_shared_key = None;
        hello.extensions.signature_algorithms = Some(vec![scheme]);
        change(&mut hello);
        hello.encode().unwrap()
    };
    let rows = [
        ("no offer", without(|_| ()), no_psk),
        (
            "no offer and no signature_algorithms",
            without(|hello| hello.extensions.signature_algorithms = None),
            missing(Violation::MissingSignatureAlgorithms),
        ),
        (
            "no offer and no groups",
            without(|hello| {
                hello.extensions.supported_groups = None;
                hello.extensions.key_share = None;
            }),
            missing(Violation::MissingSupportedGroups),
        ),
        (
            "early_data without an offer",
            without(|hello| hello.extensions.early_data = true),
            violation(Violation::EarlyDataWithoutPsk, Alert::ILLEGAL_PARAMETER),
        ),
        (
            "an offer with groups and no share",
            bound(|hello| hello.extensions.key_share = None),
            missing(Violation::MissingKeyShare),
        ),
        (
            "an offer with shares and no groups",
            bound(|hello| hello.extensions.supported_groups = None),
            missing(Violation::MissingSupportedGroups),
        ),
    ];
    for (row, message, abort) in rows {
        assert_refused(row, server_config(), &message, abort);
    }
    // The puppet sends no signature_algorithms.
    accepted("no signature_algorithms", vec![shared_psk()], |hello| {
        assert_eq!(hello.extensions.signature_algorithms, None);
    });
}
