//! HelloRetryRequest: what it may request, and the required result.

use tls_psk::wire::{
    CipherSuite, ClientHello, ExtensionType, KeyShareEntry, NamedGroup, ProtocolVersion, Reader,
    ServerHello,
};
use tls_psk::{ClientConfig, Connection, Error, HashAlgorithm, Violation};

use super::puppet::{
    Abort, PuppetClient, PuppetPsk, PuppetServer, Raw, assert_aborted, plaintext, server,
    transmitted,
};
use super::support::psk;
use super::{
    Alert, client_config, server_config, shared_psk, test, undecodable, unexpected, violation,
};

const X25519: NamedGroup = NamedGroup::X25519;
const P256: NamedGroup = NamedGroup::SECP256R1;
const SHA384_SUITE: CipherSuite = CipherSuite::TLS_AES_256_GCM_SHA384;
const ILLEGAL: Alert = Alert::ILLEGAL_PARAMETER;

/// A server that has requested P-256, its client, and the answer, without binders yet.
fn asking() -> (Connection, PuppetClient, Vec<u8>) {
    let mut config = server_config();
    config.parameters_mut().set_groups(&[P256]).unwrap();
    let mut server = server(config);
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let first = client.bind(client.hello().encode().unwrap());
    server.receive(&client.send_hello(&first)).unwrap();
    assert!(client.take_server_hello(&transmitted(&mut server)).is_retry());
    let mut second = client.hello();
    second.extensions.key_share = Some(vec![client.new_share(P256)]);
    let second = second.encode().unwrap();
    (server, client, second)
}

#[test]
fn the_second_binder_covers_the_first_hello_and_the_request() {
    let (mut server, mut client, second) = asking();
    let message = client.bind(second.clone());
    server.receive(&client.send_hello(&message)).unwrap();
    client.take_server_hello(&transmitted(&mut server));
    client.take_flight();
    let finished = client.finished();
    server.receive(&client.wire.handshake(&finished)).unwrap();
    assert_eq!(server.state(), "CONNECTED");

    let truncated = second.len() - 35;
    let first = client.hello().encode().unwrap();
    let abort = violation(Violation::BadBinder, Alert::DECRYPT_ERROR);
    for (row, covered) in [
        ("over the second hello alone", second[..truncated].to_vec()),
        ("over both hellos and no request", [&first, &second[..truncated]].concat()),
    ] {
        let (mut server, mut client, _) = asking();
        let mut message = second.clone();
        let binder = shared_psk().binder(&HashAlgorithm::Sha256.digest(&covered));
        message[truncated + 3..].copy_from_slice(&binder);
        let result = server.receive(&client.send_hello(&message));
        assert_aborted(row, &mut server, result, &mut client.wire, abort);
    }
    let (mut server, mut client, second) = asking();
    let mut message = client.bind(second);
    *message.last_mut().unwrap() ^= 1;
    let result = server.receive(&client.send_hello(&message));
    assert_aborted("one bit", &mut server, result, &mut client.wire, abort);
}

#[test]
fn what_a_second_hello_may_not_change_ends_in_one_alert() {
    let changed = violation(Violation::RetryChangedClientHello, ILLEGAL);
    let wrong_share = violation(Violation::RetryWrongKeyShare, ILLEGAL);
    let share = |group| KeyShareEntry { group, key_exchange: vec![9; 65] };
    type Row = (&'static str, Box<dyn Fn(&mut ClientHello)>, Abort);
    let rows: Vec<Row> = vec![
        ("another random", Box::new(|hello| hello.random[31] ^= 1), changed),
        ("fewer suites", Box::new(|hello| hello.cipher_suites.truncate(2)), changed),
        ("another session id", Box::new(|hello| hello.legacy_session_id[0] ^= 1), changed),
        (
            "another extension",
            Box::new(|hello| hello.extensions.other = vec![(ExtensionType(0xfafb), vec![])]),
            changed,
        ),
        (
            "other modes",
            Box::new(|hello| {
                let modes = hello.extensions.psk_key_exchange_modes.as_mut().unwrap();
                modes.push(tls_psk::wire::PskKeyExchangeMode::PSK_KE);
            }),
            changed,
        ),
        (
            "two shares",
            Box::new(move |hello| {
                hello.extensions.key_share = Some(vec![share(P256), share(X25519)]);
            }),
            wrong_share,
        ),
        (
            "the same share as before",
            Box::new(move |hello| hello.extensions.key_share = Some(vec![share(X25519)])),
            wrong_share,
        ),
        ("no share", Box::new(|hello| hello.extensions.key_share = Some(vec![])), wrong_share),
        (
            "early data again",
            Box::new(|hello| hello.extensions.early_data = true),
            violation(Violation::RetryKeepsEarlyData, ILLEGAL),
        ),
        (
            "a cookie that nobody sent",
            Box::new(|hello| hello.extensions.cookie = Some(vec![1])),
            violation(Violation::RetryWrongCookie, ILLEGAL),
        ),
        (
            "another identity",
            Box::new(|hello| {
                let offer = hello.extensions.pre_shared_key.as_mut().unwrap();
                offer.identities[0].identity = b"client2".to_vec();
            }),
            violation(Violation::RetryDroppedChosenIdentity, ILLEGAL),
        ),
    ];
    for (row, change, abort) in rows {
        let (mut server, mut client, second) = asking();
        let mut second = ClientHello::read(Reader::new(&second[4..])).unwrap();
        change(&mut second);
        let message = client.bind(second.encode().unwrap());
        let result = server.receive(&client.send_hello(&message));
        assert_aborted(row, &mut server, result, &mut client.wire, abort);
    }

    let (mut server, mut client, second) = asking();
    let mut without = Raw::new(&second);
    without.extensions.pop();
    let result = server.receive(&client.send_hello(&without.encode()));
    let abort = violation(Violation::RetryDroppedPsk, Alert::MISSING_EXTENSION);
    assert_aborted("no offer", &mut server, result, &mut client.wire, abort);
}

/// A server that has requested P-256 after a hello with unknown extensions, and the second hello.
fn asking_among_unknown_extensions() -> (Connection, PuppetClient, Raw) {
    let mut config = server_config();
    config.parameters_mut().set_groups(&[P256]).unwrap();
    let mut server = server(config);
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let unknown = |mut hello: ClientHello| {
        hello.extensions.other =
            vec![(ExtensionType(0xfafb), vec![1]), (ExtensionType(7), vec![2])];
        hello
    };
    let first = client.bind(unknown(client.hello()).encode().unwrap());
    server.receive(&client.send_hello(&first)).unwrap();
    assert!(client.take_server_hello(&transmitted(&mut server)).is_retry());
    let mut second = unknown(client.hello());
    second.extensions.key_share = Some(vec![client.new_share(P256)]);
    (server, client, Raw::new(&second.encode().unwrap()))
}

#[test]
fn a_second_hello_may_have_its_extensions_in_another_order() {
    // wolfSSL's has, since 5.8.
    let last = asking_among_unknown_extensions().2.extensions.len() - 1;
    for turn in 0..last {
        for reversed in [false, true] {
            let (mut server, mut client, mut second) = asking_among_unknown_extensions();
            second.extensions[..last].rotate_left(turn);
            if reversed {
                second.extensions[..last].reverse();
            }
            let message = client.bind(second.encode());
            server.receive(&client.send_hello(&message)).unwrap();
            assert_eq!(server.state(), "WAIT_FINISHED", "turned by {turn}");
        }
    }
}

#[test]
fn in_another_order_the_extensions_keep_their_contents() {
    type Row = (&'static str, fn(&mut Raw));
    let rows: [Row; 4] = [
        ("one byte", |second| second.data(7)[0] ^= 1),
        ("contents exchanged", |second| {
            *second.data(7) = vec![1];
            *second.data(0xfafb) = vec![2];
        }),
        ("one left out", |second| second.extensions.retain(|(kind, _)| *kind != 7)),
        ("one put in", |second| second.prepend(0xfafc, &[])),
    ];
    for (row, change) in rows {
        let (mut server, mut client, mut second) = asking_among_unknown_extensions();
        change(&mut second);
        let last = second.extensions.len() - 1;
        second.extensions[..last].reverse();
        let message = client.bind(second.encode());
        let result = server.receive(&client.send_hello(&message));
        let abort = violation(Violation::RetryChangedClientHello, ILLEGAL);
        assert_aborted(row, &mut server, result, &mut client.wire, abort);
    }
}

#[test]
fn a_server_asks_once_and_takes_no_third_hello() {
    // A second hello without a common group is refused, without another request.
    let (mut server, mut client, second) = asking();
    let third = client.bind(second);
    server.receive(&client.send_hello(&third)).unwrap();
    let mut sent = super::puppet::Wire::default();
    sent.feed(&transmitted(&mut server));
    let answer = sent.next_message();
    assert!(!ServerHello::read(Reader::new(&answer[4..])).unwrap().is_retry());
    let (mut server, mut client, second) = asking();
    let message = client.bind(second);
    server.receive(&client.send_hello(&message)).unwrap();
    client.take_server_hello(&transmitted(&mut server));
    client.take_flight();
    let result = server.receive(&plaintext(22, &message));
    let abort = violation(Violation::UnprotectedRecord, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("a third hello", &mut server, result, &mut client.wire, abort);
}

#[test]
fn what_comes_between_the_request_and_the_second_hello_is_unexpected() {
    for (row, bytes, abort) in [
        ("data", plaintext(23, b"data"), unexpected("application_data", "plaintext")),
        ("a Finished", plaintext(22, &[20, 0, 0, 0]), unexpected("finished", "START")),
    ] {
        let (mut server, mut client, _) = asking();
        let result = server.receive(&bytes);
        assert_aborted(row, &mut server, result, &mut client.wire, abort);
    }
}

/// A client that lists two groups and has shared the first.
fn config() -> ClientConfig {
    let mut config = client_config();
    config.parameters_mut().set_groups(&[X25519, P256]).unwrap();
    config
}

/// A client receives a HelloRetryRequest and aborts.
fn assert_refused(row: &str, change: impl FnOnce(&mut ServerHello), abort: Abort) {
    let (mut client, mut puppet) = PuppetServer::start(config(), vec![shared_psk()]);
    let mut request = puppet.retry(P256);
    change(&mut request);
    let result = client.receive(&puppet.wire.handshake(&request.encode().unwrap()));
    assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
}

/// A client that has answered a request for P-256.
fn asked() -> (Connection, PuppetServer) {
    let (mut client, mut puppet) = PuppetServer::start(config(), vec![shared_psk()]);
    let request = puppet.retry(P256);
    client.receive(&puppet.send_retry(&request)).unwrap();
    puppet.take_second_hello(&transmitted(&mut client));
    (client, puppet)
}

#[test]
fn a_client_answers_a_request_for_a_group_or_with_a_cookie() {
    let (mut client, mut puppet) = asked();
    let hello = puppet.server_hello();
    client.receive(&puppet.send_hello(&hello)).unwrap();
    let extensions = tls_psk::wire::EncryptedExtensions::default().encode().unwrap();
    client.receive(&puppet.send(&extensions)).unwrap();
    let finished = puppet.finished();
    client.receive(&puppet.send(&finished)).unwrap();
    assert_eq!(client.state(), "CONNECTED");

    let (mut client, mut puppet) = PuppetServer::start(config(), vec![shared_psk()]);
    let mut request = puppet.retry(P256);
    request.extensions.selected_group = None;
    request.extensions.cookie = Some(b"crumbs".to_vec());
    client.receive(&puppet.send_retry(&request)).unwrap();
    puppet.take_second_hello(&transmitted(&mut client));
    assert_eq!(puppet.hello.extensions.cookie.as_deref(), Some(&b"crumbs"[..]));
    assert_eq!(puppet.hello.extensions.key_share.as_ref().unwrap()[0].group, X25519);
}

#[test]
fn requests_that_cannot_be_are_refused() {
    type Row = (&'static str, fn(&mut ServerHello), Abort);
    let rows: [Row; 11] = [
        (
            "nothing to change",
            |request| request.extensions.selected_group = None,
            violation(Violation::RetryChangesNothing, ILLEGAL),
        ),
        (
            "a group that is not listed",
            |request| request.extensions.selected_group = Some(NamedGroup(29_999)),
            violation(Violation::RetryGroupNotOffered, ILLEGAL),
        ),
        (
            "the group that was shared",
            |request| request.extensions.selected_group = Some(X25519),
            violation(Violation::RetryGroupAlreadyShared, ILLEGAL),
        ),
        (
            "a suite that is not offered",
            |request| request.cipher_suite = CipherSuite(0x1304),
            violation(Violation::CipherSuiteNotOffered, ILLEGAL),
        ),
        (
            "a suite that fits no PSK, and so was not offered",
            |request| request.cipher_suite = SHA384_SUITE,
            violation(Violation::CipherSuiteNotOffered, ILLEGAL),
        ),
        (
            "no supported_versions",
            |request| request.extensions.selected_version = None,
            violation(Violation::RetryMissingVersion, Alert::MISSING_EXTENSION),
        ),
        (
            "TLS 1.2",
            |request| request.extensions.selected_version = Some(ProtocolVersion::TLS12),
            violation(Violation::SelectedVersionWrong, ILLEGAL),
        ),
        (
            "another session id",
            |request| request.legacy_session_id_echo[0] ^= 1,
            violation(Violation::SessionIdNotEchoed, ILLEGAL),
        ),
        (
            "compression",
            |request| request.legacy_compression_method = 1,
            violation(Violation::CompressionSelected, ILLEGAL),
        ),
        (
            "legacy_version 0x0304",
            |request| request.legacy_version = ProtocolVersion::TLS13,
            violation(Violation::BadLegacyVersion, Alert::PROTOCOL_VERSION),
        ),
        (
            "an empty cookie",
            |request| request.extensions.cookie = Some(vec![]),
            undecodable("cookie"),
        ),
    ];
    for (row, change, abort) in rows {
        assert_refused(row, change, abort);
    }
}

#[test]
fn requests_with_extensions_that_do_not_belong_there_are_refused() {
    let misplaced = violation(Violation::MisplacedExtension, ILLEGAL);
    let unsolicited = violation(Violation::UnsolicitedExtension, Alert::UNSUPPORTED_EXTENSION);
    for (row, kind, data, abort) in [
        ("an unknown extension", 0xfafb, &[][..], unsolicited),
        ("pre_shared_key", ExtensionType::PRE_SHARED_KEY.0, &[0, 0], misplaced),
        ("early_data", ExtensionType::EARLY_DATA.0, &[], misplaced),
        ("psk_key_exchange_modes", ExtensionType::PSK_KEY_EXCHANGE_MODES.0, &[1, 1], misplaced),
    ] {
        let (mut client, mut puppet) = PuppetServer::start(config(), vec![shared_psk()]);
        let mut request = Raw::new(&puppet.retry(P256).encode().unwrap());
        request.extensions.push((kind, data.to_vec()));
        let result = client.receive(&puppet.wire.handshake(&request.encode()));
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
    let mut twice = config();
    twice.parameters_mut().set_middlebox_compatibility(false);
    let (mut client, mut puppet) = PuppetServer::start(twice, vec![shared_psk()]);
    let mut request = Raw::new(&puppet.retry(P256).encode().unwrap());
    let group = request.data(ExtensionType::KEY_SHARE.0).clone();
    request.extensions.push((ExtensionType::KEY_SHARE.0, group));
    let result = client.receive(&puppet.wire.handshake(&request.encode()));
    let abort = violation(Violation::DuplicateExtension, ILLEGAL);
    assert_aborted("key_share twice", &mut client, result, &mut puppet.wire, abort);
}

#[test]
fn a_request_has_its_record_for_itself() {
    let (mut client, mut puppet) = PuppetServer::start(config(), vec![shared_psk()]);
    let request = puppet.retry(P256).encode().unwrap();
    let result = client.receive(&plaintext(22, &[&request[..], &[2, 0]].concat()));
    let abort = violation(Violation::NotAtRecordBoundary, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("a byte behind it", &mut client, result, &mut puppet.wire, abort);
}

#[test]
fn a_second_request_is_unexpected() {
    for group in [X25519, P256] {
        let (mut client, mut puppet) = asked();
        let request = puppet.retry(group).encode().unwrap();
        let result = client.receive(&puppet.wire.handshake(&request));
        let abort = unexpected("a second hello_retry_request", "WAIT_SH");
        assert_aborted("again", &mut client, result, &mut puppet.wire, abort);
    }
}

#[test]
fn the_server_hello_keeps_to_what_the_request_settled() {
    let share = |group, len| Some(KeyShareEntry { group, key_exchange: vec![9; len] });
    type Row = (&'static str, Box<dyn Fn(&mut ServerHello)>, Abort);
    let rows: Vec<Row> = vec![
        (
            "another suite",
            Box::new(|hello| hello.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256),
            violation(Violation::CipherSuiteChanged, ILLEGAL),
        ),
        (
            "a share of the first group",
            Box::new(move |hello| hello.extensions.server_share = share(X25519, 32)),
            violation(Violation::SelectedGroupChanged, ILLEGAL),
        ),
        (
            "another version",
            Box::new(|hello| hello.extensions.selected_version = Some(ProtocolVersion::TLS12)),
            violation(Violation::SelectedVersionWrong, ILLEGAL),
        ),
        (
            "no version",
            Box::new(|hello| hello.extensions.selected_version = None),
            violation(Violation::SelectedVersionWrong, ILLEGAL),
        ),
        (
            "an identity that is not in the second list",
            Box::new(|hello| hello.extensions.selected_identity = Some(1)),
            violation(Violation::SelectedIdentityOutOfRange, ILLEGAL),
        ),
    ];
    for (row, change, abort) in rows {
        let (mut client, mut puppet) = asked();
        let mut hello = puppet.server_hello();
        change(&mut hello);
        let result = client.receive(&puppet.wire.handshake(&hello.encode().unwrap()));
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
}

#[test]
fn between_the_request_and_the_server_hello_nothing_else_comes() {
    for (row, bytes, abort) in [
        ("data", plaintext(23, b"data"), unexpected("application_data", "plaintext")),
        (
            "EncryptedExtensions",
            plaintext(22, &[8, 0, 0, 2, 0, 0]),
            unexpected("encrypted_extensions", "WAIT_SH"),
        ),
    ] {
        let (mut client, mut puppet) = asked();
        let result = client.receive(&bytes);
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
}

#[test]
fn after_a_request_in_a_sha384_suite_only_sha384_psks_are_offered_and_their_binders_are_new() {
    let mut config = config();
    config.append_psk(&psk("large", HashAlgorithm::Sha384)).unwrap();
    let large = PuppetPsk::external("large", HashAlgorithm::Sha384);
    let (mut client, mut puppet) = PuppetServer::start(config, vec![large]);
    let offer = puppet.hello.extensions.pre_shared_key.clone().unwrap();
    assert_eq!(offer.identities.len(), 2);
    let request = ServerHello { cipher_suite: SHA384_SUITE, ..puppet.retry(P256) };
    client.receive(&puppet.send_retry(&request)).unwrap();
    // The puppet checks the binder, over a message_hash with the suite's hash.
    puppet.take_second_hello(&transmitted(&mut client));
    let pruned = puppet.hello.extensions.pre_shared_key.clone().unwrap();
    assert_eq!(pruned.identities, offer.identities[1..]);
    assert_ne!(pruned.binders, offer.binders[1..]);

    // An index of the first list is not valid in the second.
    let mut hello = puppet.server_hello();
    hello.extensions.selected_identity = Some(1);
    let result = client.receive(&puppet.wire.handshake(&hello.encode().unwrap()));
    let abort = violation(Violation::SelectedIdentityOutOfRange, ILLEGAL);
    assert_aborted("the old index", &mut client, result, &mut puppet.wire, abort);
    assert_eq!(client.failure(), Some(Error::Violation(Violation::SelectedIdentityOutOfRange)));
}

#[test]
fn a_cookie_that_fits_no_client_hello_is_an_illegal_parameter() {
    let abort = violation(Violation::RetryTooLong, ILLEGAL);
    let asked = |length: usize| {
        let (mut client, mut puppet) = PuppetServer::start(client_config(), vec![shared_psk()]);
        let mut request = puppet.retry(P256);
        request.extensions.cookie = Some(vec![7; length]);
        let result = client.receive(&puppet.send_retry(&request));
        (client, puppet, result)
    };
    for length in [65_400, 65_480] {
        let (mut client, mut puppet, result) = asked(length);
        let row = format!("{length} bytes");
        assert_aborted(&row, &mut client, result, &mut puppet.wire, abort);
    }
    // A cookie that fits is sent back.
    let (mut client, mut puppet, result) = asked(60_000);
    result.unwrap();
    puppet.take_second_hello(&transmitted(&mut client));
}
