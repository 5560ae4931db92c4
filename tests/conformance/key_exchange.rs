//! Key shares, from both sides.

use tls_psk::crypto::{KeyShare, Random};
use tls_psk::wire::{KeyShareEntry, NamedGroup, PskKeyExchangeMode};
use tls_psk::{Incompatible, ServerConfig, Violation};

use super::client_hello::{assert_accepted, assert_refused, bound};
use super::puppet::{Abort, PuppetClient, PuppetServer, assert_aborted, server, transmitted};
use super::{Alert, client_config, incompatible, server_config, shared_psk, test, violation};

const BAD_SHARE: Abort = violation(Violation::BadKeyShare, Alert::ILLEGAL_PARAMETER);
const X25519: NamedGroup = NamedGroup::X25519;
const P256: NamedGroup = NamedGroup::SECP256R1;

/// Invalid shares, by group.
fn bad_shares() -> Vec<(&'static str, KeyShareEntry)> {
    let genuine = KeyShare::generate(P256, &mut Random::from_seed([9; 32])).unwrap();
    let point = genuine.public();
    let mut off_curve = point.to_vec();
    off_curve[64] ^= 1;
    let field = [
        &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ]
    .concat();
    // u of the points of order 8, and those that are not reduced (RFC 7748 section 6.1 and others).
    let order_8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
    let order_8: Vec<u8> =
        (0..32).map(|i| u8::from_str_radix(&order_8[2 * i..2 * i + 2], 16).unwrap()).collect();
    let near_p = |low: u8| [&[low][..], &[0xff; 30], &[0x7f]].concat();
    let rows: Vec<(&str, NamedGroup, Vec<u8>)> = vec![
        ("x25519 of 31 bytes", X25519, vec![9; 31]),
        ("x25519 of 33 bytes", X25519, vec![9; 33]),
        ("x25519 zero", X25519, vec![0; 32]),
        ("x25519 one", X25519, [&[1][..], &[0; 31]].concat()),
        ("x25519 of order 8", X25519, order_8),
        ("x25519 p - 1", X25519, near_p(0xec)),
        ("x25519 p", X25519, near_p(0xed)),
        ("x25519 p + 1", X25519, near_p(0xee)),
        ("x25519 zero with its top bit", X25519, [&[0; 31][..], &[0x80]].concat()),
        ("P-256 without its first byte", P256, point[1..].to_vec()),
        ("P-256 with a byte more", P256, [point, &[0]].concat()),
        ("P-256 compressed", P256, [&[2 + (point[64] & 1)], &point[1..33]].concat()),
        ("P-256 hybrid", P256, [&[6 + (point[64] & 1)], &point[1..]].concat()),
        ("P-256 infinity", P256, vec![0]),
        ("P-256 off the curve", P256, off_curve),
        ("P-256 zero", P256, [&[4][..], &[0; 64]].concat()),
        ("P-256 not reduced", P256, [&[4][..], &field, &point[33..]].concat()),
    ];
    let entry = |(row, group, key_exchange)| (row, KeyShareEntry { group, key_exchange });
    rows.into_iter().map(entry).collect()
}

#[test]
fn a_server_refuses_shares_that_are_none() {
    for (row, share) in bad_shares() {
        let mut config = server_config();
        config.parameters_mut().set_groups(&[share.group]).unwrap();
        let message = bound(|hello| hello.extensions.key_share = Some(vec![share.clone()]));
        assert_refused(row, config, &message, BAD_SHARE);
    }
}

#[test]
fn a_client_refuses_shares_that_are_none() {
    for (row, share) in bad_shares() {
        let mut config = client_config();
        config.parameters_mut().set_groups(&[share.group]).unwrap();
        let (mut client, mut puppet) = PuppetServer::start(config, vec![shared_psk()]);
        let mut hello = puppet.server_hello();
        hello.extensions.server_share = Some(share);
        let message = hello.encode().unwrap();
        let result = client.receive(&puppet.wire.handshake(&message));
        assert_aborted(row, &mut client, result, &mut puppet.wire, BAD_SHARE);
    }
}

#[test]
fn shares_of_unlisted_groups_and_groups_listed_twice_are_illegal() {
    let share = |group| KeyShareEntry { group, key_exchange: vec![9; 32] };
    let unlisted = violation(Violation::KeyShareNotInGroups, Alert::ILLEGAL_PARAMETER);
    let duplicate = violation(Violation::DuplicateGroup, Alert::ILLEGAL_PARAMETER);
    for (row, groups, shares, abort) in [
        ("a share of no listed group", vec![P256], vec![share(X25519)], unlisted),
        ("two shares of a group", vec![X25519], vec![share(X25519), share(X25519)], duplicate),
        ("a group twice", vec![X25519, P256, X25519], vec![share(X25519)], duplicate),
    ] {
        let message = bound(|hello| {
            hello.extensions.supported_groups = Some(groups);
            hello.extensions.key_share = Some(shares);
        });
        assert_refused(row, server_config(), &message, abort);
    }
}

#[test]
fn without_a_share_the_server_asks_and_without_a_common_group_it_fails() {
    // Groups without a share, shares of groups unknown to the server: it requests its own group.
    for (row, shares) in [
        ("no share", vec![]),
        (
            "an unknown share",
            vec![KeyShareEntry { group: NamedGroup(29_999), key_exchange: vec![1] }],
        ),
    ] {
        let mut client = PuppetClient::new(vec![shared_psk()]);
        let mut hello = client.hello();
        let groups = hello.extensions.supported_groups.as_mut().unwrap();
        groups.insert(0, NamedGroup(29_999));
        hello.extensions.key_share = Some(shares);
        let message = client.bind(hello.encode().unwrap());
        let mut server = server(server_config());
        server.receive(&client.send_hello(&message)).unwrap();
        let request = client.take_server_hello(&transmitted(&mut server));
        assert!(request.is_retry(), "{row}");
        assert_eq!(request.extensions.selected_group, Some(X25519), "{row}");
    }

    let none = incompatible(Incompatible::NoCommonGroup, Alert::HANDSHAKE_FAILURE);
    let message = bound(|hello| {
        hello.extensions.supported_groups = Some(vec![NamedGroup(29_999)]);
        hello.extensions.key_share = Some(vec![]);
    });
    assert_refused("an unknown group only", server_config(), &message, none);
    let message = bound(|hello| {
        hello.extensions.supported_groups = None;
        hello.extensions.key_share = None;
    });
    assert_refused("psk_dhe_ke without groups", server_config(), &message, none);
}

#[test]
fn psk_ke_needs_neither_groups_nor_shares() {
    let mut config: ServerConfig = server_config();
    let both = [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE];
    config.parameters_mut().set_psk_modes(&both).unwrap();
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let mut hello = client.hello();
    hello.extensions.psk_key_exchange_modes = Some(vec![PskKeyExchangeMode::PSK_KE]);
    hello.extensions.supported_groups = None;
    hello.extensions.key_share = None;
    let message = client.bind(hello.encode().unwrap());
    assert_accepted("psk_ke", config, &mut client, &message);
}

#[test]
fn groups_without_shares_are_taken_beside_psk_ke_alone() {
    // Mbed TLS (3.6) lists its groups anyway; section 9.2 requires missing_extension.
    let mut config: ServerConfig = server_config();
    let both = [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE];
    config.parameters_mut().set_psk_modes(&both).unwrap();
    let hello_with = |modes: &[PskKeyExchangeMode], groups: &[NamedGroup]| {
        let client = PuppetClient::new(vec![shared_psk()]);
        let mut hello = client.hello();
        hello.extensions.psk_key_exchange_modes = Some(modes.to_vec());
        hello.extensions.supported_groups = Some(groups.to_vec());
        hello.extensions.key_share = None;
        let message = client.bind(hello.encode().unwrap());
        (client, message)
    };
    let (mut client, message) = hello_with(&both[1..], &[X25519, P256]);
    assert_accepted("psk_ke", config.clone(), &mut client, &message);

    let missing = violation(Violation::MissingKeyShare, Alert::MISSING_EXTENSION);
    for modes in [&both[..], &both[..1], &[PskKeyExchangeMode(9)]] {
        let (_, message) = hello_with(modes, &[X25519, P256]);
        assert_refused("another mode", config.clone(), &message, missing);
    }
    let twice = violation(Violation::DuplicateGroup, Alert::ILLEGAL_PARAMETER);
    let (_, message) = hello_with(&both[1..], &[X25519, X25519]);
    assert_refused("a group twice", config, &message, twice);
}

#[test]
fn our_shares_are_never_used_twice_and_a_peers_may_be() {
    let mut random = Random::from_os().unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        // The puppets' own shares come from one seed: they are the same each time.
        let mut client = PuppetClient::new(vec![shared_psk()]);
        let message = client.bind(client.hello().encode().unwrap());
        let config = std::sync::Arc::new(server_config());
        let entropy = tls_psk::Entropy::from_seed(random.array());
        let mut server = tls_psk::Connection::server(config, entropy);
        server.receive(&client.send_hello(&message)).unwrap();
        let answer = client.take_server_hello(&transmitted(&mut server));
        seen.push(answer.extensions.server_share.unwrap().key_exchange);
        client.take_flight();
        let finished = client.finished();
        server.receive(&client.wire.handshake(&finished)).unwrap();
        assert_eq!(server.state(), "CONNECTED");
    }
    // Nor does a client use one for its second hello, or on another connection.
    for _ in 0..2 {
        let mut config = client_config();
        config.parameters_mut().set_groups(&[X25519, P256]).unwrap();
        let entropy = tls_psk::Entropy::from_seed(random.array());
        let mut client = tls_psk::Connection::client(std::sync::Arc::new(config), entropy);
        client.start().unwrap();
        let mut wire = super::puppet::Wire::default();
        wire.feed(&transmitted(&mut client));
        let hello = wire.next_message();
        let hello = tls_psk::wire::ClientHello::read(tls_psk::wire::Reader::new(&hello[4..]));
        seen.push(hello.unwrap().extensions.key_share.unwrap()[0].key_exchange.clone());
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}
