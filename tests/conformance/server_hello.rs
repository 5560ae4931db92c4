//! ServerHello, EncryptedExtensions and Finished as a client receives them, and Finished as a server receives it.

use tls_psk::wire::{
    CipherSuite, EncryptedExtensions, ExtensionType, KeyShareEntry, NamedGroup, ProtocolVersion,
    PskKeyExchangeMode, ServerHello,
};
use tls_psk::{
    ClientConfig, Connection, EarlyDataParameters, Event, ExternalPsk, HashAlgorithm, Incompatible,
    Violation,
};

use super::puppet::{
    Abort, PuppetClient, PuppetPsk, PuppetServer, Raw, assert_aborted, message, plaintext,
};
use super::support::{psk, supported};
use super::{
    Alert, client_config, incompatible, server_config, shared_psk, test, undecodable, unexpected,
    violation,
};

const ILLEGAL: Alert = Alert::ILLEGAL_PARAMETER;
const UNSOLICITED: Abort = violation(Violation::UnsolicitedExtension, Alert::UNSUPPORTED_EXTENSION);
const MISPLACED: Abort = violation(Violation::MisplacedExtension, ILLEGAL);

/// A client receives a ServerHello and aborts.
fn assert_refused(
    row: &str,
    config: ClientConfig,
    change: impl FnOnce(&mut ServerHello),
    abort: Abort,
) {
    let (mut client, mut puppet) = PuppetServer::start(config, vec![shared_psk()]);
    let mut hello = puppet.server_hello();
    change(&mut hello);
    let result = client.receive(&puppet.wire.handshake(&hello.encode().unwrap()));
    assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
}

/// A client that is connected after these EncryptedExtensions, or has aborted on them.
fn answer_to(config: ClientConfig, extensions: &[u8], row: &str, abort: Option<Abort>) {
    let (mut client, mut puppet) = PuppetServer::before_extensions(config, vec![shared_psk()]);
    let result = client.receive(&puppet.send(extensions));
    if let Some(abort) = abort {
        return assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
    let finished = puppet.finished();
    assert_eq!(client.receive(&puppet.send(&finished)), Ok(()), "{row}");
    assert_eq!(client.state(), "CONNECTED", "{row}");
}

#[test]
fn what_the_refusals_are_made_from_connects() {
    PuppetServer::connected(client_config(), vec![shared_psk()]);
    let empty = EncryptedExtensions::default().encode().unwrap();
    answer_to(client_config(), &empty, "nothing", None);
}

#[test]
fn server_hellos_that_cannot_be_are_refused() {
    fn sentinel(hello: &mut ServerHello, last: u8) {
        hello.extensions.selected_version = None;
        hello.random[24..].copy_from_slice(&[0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, last]);
    }
    let downgrade = violation(Violation::DowngradeSentinel, ILLEGAL);
    let old = violation(Violation::BadLegacyVersion, Alert::PROTOCOL_VERSION);
    let version = violation(Violation::SelectedVersionWrong, ILLEGAL);
    type Row = (&'static str, fn(&mut ServerHello), Abort);
    let rows: [Row; 19] = [
        (
            "selected_identity 1 of 1",
            |hello| hello.extensions.selected_identity = Some(1),
            violation(Violation::SelectedIdentityOutOfRange, ILLEGAL),
        ),
        (
            "selected_identity 0xffff",
            |hello| hello.extensions.selected_identity = Some(0xffff),
            violation(Violation::SelectedIdentityOutOfRange, ILLEGAL),
        ),
        (
            "no pre_shared_key",
            |hello| hello.extensions.selected_identity = None,
            incompatible(Incompatible::PskNotSelected, Alert::HANDSHAKE_FAILURE),
        ),
        (
            "no key_share under psk_dhe_ke",
            |hello| hello.extensions.server_share = None,
            violation(Violation::KeyShareMissing, ILLEGAL),
        ),
        (
            "a share of a group that was not shared",
            |hello| hello.extensions.server_share.as_mut().unwrap().group = NamedGroup::SECP256R1,
            violation(Violation::SelectedGroupNotOffered, ILLEGAL),
        ),
        (
            "a share of an unknown group",
            |hello| hello.extensions.server_share.as_mut().unwrap().group = NamedGroup(29_999),
            violation(Violation::SelectedGroupNotOffered, ILLEGAL),
        ),
        (
            "an empty share",
            |hello| hello.extensions.server_share.as_mut().unwrap().key_exchange.clear(),
            undecodable("key_exchange"),
        ),
        (
            "a suite that is not offered",
            |hello| hello.cipher_suite = CipherSuite(0x1304),
            violation(Violation::CipherSuiteNotOffered, ILLEGAL),
        ),
        (
            "another session id",
            |hello| hello.legacy_session_id_echo[31] ^= 1,
            violation(Violation::SessionIdNotEchoed, ILLEGAL),
        ),
        (
            "no session id",
            |hello| hello.legacy_session_id_echo.clear(),
            violation(Violation::SessionIdNotEchoed, ILLEGAL),
        ),
        (
            "compression",
            |hello| hello.legacy_compression_method = 1,
            violation(Violation::CompressionSelected, ILLEGAL),
        ),
        ("legacy_version 0x0304", |hello| hello.legacy_version = ProtocolVersion::TLS13, old),
        ("legacy_version 0x0302", |hello| hello.legacy_version = ProtocolVersion(0x0302), old),
        (
            "no supported_versions",
            |hello| hello.extensions.selected_version = None,
            incompatible(Incompatible::Tls13NotSelected, Alert::PROTOCOL_VERSION),
        ),
        ("a downgrade to TLS 1.2", |hello| sentinel(hello, 1), downgrade),
        ("a downgrade to TLS 1.1", |hello| sentinel(hello, 0), downgrade),
        (
            "supported_versions 0x0303",
            |hello| hello.extensions.selected_version = Some(ProtocolVersion::TLS12),
            version,
        ),
        (
            "supported_versions 0x0305",
            |hello| hello.extensions.selected_version = Some(ProtocolVersion(0x0305)),
            version,
        ),
        (
            "a session id of 33 bytes",
            |hello| hello.legacy_session_id_echo = vec![0; 33],
            undecodable("legacy_session_id_echo"),
        ),
    ];
    for (row, change, abort) in rows {
        assert_refused(row, client_config(), change, abort);
    }
    // An older hello may have no extensions at all.
    let (mut client, mut puppet) = PuppetServer::start(client_config(), vec![shared_psk()]);
    let hello = puppet.server_hello().encode().unwrap();
    let older = message(2, &Raw::new(&hello).head);
    let result = client.receive(&puppet.wire.handshake(&older));
    let abort = incompatible(Incompatible::Tls13NotSelected, Alert::PROTOCOL_VERSION);
    assert_aborted("no extensions", &mut client, result, &mut puppet.wire, abort);
}

#[test]
fn the_suite_has_the_hash_of_the_selected_psk() {
    let mut config = client_config();
    config.append_psk(&psk("large", HashAlgorithm::Sha384)).unwrap();
    let mismatch = violation(Violation::SelectedPskHashMismatch, ILLEGAL);
    assert_refused(
        "a SHA-256 PSK in a SHA-384 suite",
        config.clone(),
        |hello| hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384,
        mismatch,
    );
    assert_refused(
        "a SHA-384 PSK in a SHA-256 suite",
        config,
        |hello| hello.extensions.selected_identity = Some(1),
        mismatch,
    );
}

#[test]
fn a_share_that_was_not_asked_for_is_unsupported() {
    let mut config = client_config();
    config.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    let (_, puppet) = PuppetServer::start(config.clone(), vec![shared_psk()]);
    assert_eq!(puppet.hello.extensions.key_share, None);
    let share = KeyShareEntry { group: NamedGroup::X25519, key_exchange: vec![9; 32] };
    let change = |hello: &mut ServerHello| hello.extensions.server_share = Some(share);
    assert_refused("a share under psk_ke", config.clone(), change, UNSOLICITED);
    // Without it psk_ke connects.
    PuppetServer::connected(config, vec![shared_psk()]);
}

#[test]
fn extensions_that_do_not_belong_into_a_server_hello_are_refused() {
    for (row, kind, data, abort) in [
        ("an unknown extension", 0xfafb, &[][..], UNSOLICITED),
        ("renegotiation_info", 0xff01, &[0], UNSOLICITED),
        ("tls_cert_with_extern_psk", ExtensionType::TLS_CERT_WITH_EXTERN_PSK.0, &[], UNSOLICITED),
        ("psk_key_exchange_modes", ExtensionType::PSK_KEY_EXCHANGE_MODES.0, &[1, 1], MISPLACED),
        ("ALPN", ExtensionType::ALPN.0, &[0, 2, 1, b'a'], MISPLACED),
        ("early_data", ExtensionType::EARLY_DATA.0, &[], MISPLACED),
        ("a cookie", ExtensionType::COOKIE.0, &[0, 1, 1], MISPLACED),
    ] {
        let (mut client, mut puppet) = PuppetServer::start(client_config(), vec![shared_psk()]);
        let mut hello = Raw::new(&puppet.server_hello().encode().unwrap());
        hello.prepend(kind, data);
        let result = client.receive(&puppet.wire.handshake(&hello.encode()));
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
}

#[test]
fn extensions_that_do_not_belong_into_encrypted_extensions_are_refused() {
    let mut config = client_config();
    config.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    config.parameters_mut().set_record_size_limit(Some(1000)).unwrap();
    let of = |extensions: &[(ExtensionType, &[u8])]| {
        let mut raw = Raw::new(&EncryptedExtensions::default().encode().unwrap());
        raw.extensions = extensions.iter().map(|(kind, data)| (kind.0, data.to_vec())).collect();
        raw.encode()
    };
    let not_offered = violation(Violation::AlpnNotOffered, ILLEGAL);
    let single = violation(Violation::AlpnNotSingle, ILLEGAL);
    let both = violation(Violation::MaxFragmentLengthBesideLimit, ILLEGAL);
    let small = violation(Violation::RecordSizeLimitTooSmall, ILLEGAL);
    let mqtt: &[u8] = &[0, 5, 4, b'm', b'q', b't', b't'];
    let rows: Vec<(&str, Vec<u8>, Option<Abort>)> = vec![
        ("ALPN", of(&[(ExtensionType::ALPN, mqtt)]), None),
        ("pre_shared_key", of(&[(ExtensionType::PRE_SHARED_KEY, &[0, 0])]), Some(MISPLACED)),
        (
            "psk_key_exchange_modes",
            of(&[(ExtensionType::PSK_KEY_EXCHANGE_MODES, &[1, 1])]),
            Some(MISPLACED),
        ),
        ("key_share", of(&[(ExtensionType::KEY_SHARE, &[0, 29, 0, 1, 9])]), Some(MISPLACED)),
        (
            "supported_versions",
            of(&[(ExtensionType::SUPPORTED_VERSIONS, &[3, 4])]),
            Some(MISPLACED),
        ),
        ("an unknown extension", of(&[(ExtensionType(0xfafb), &[])]), Some(UNSOLICITED)),
        ("server_name unasked", of(&[(ExtensionType::SERVER_NAME, &[])]), Some(UNSOLICITED)),
        ("early_data unasked", of(&[(ExtensionType::EARLY_DATA, &[])]), Some(UNSOLICITED)),
        (
            "early_data with contents",
            of(&[(ExtensionType::EARLY_DATA, &[0])]),
            Some(undecodable("early_data")),
        ),
        ("another protocol", of(&[(ExtensionType::ALPN, &[0, 2, 1, b'a'])]), Some(not_offered)),
        (
            "two protocols",
            of(&[(
                ExtensionType::ALPN,
                &[0, 10, 4, b'm', b'q', b't', b't', 4, b'm', b'q', b't', b't'],
            )]),
            Some(single),
        ),
        (
            "no protocol",
            of(&[(ExtensionType::ALPN, &[0, 0])]),
            Some(undecodable("protocol_name_list")),
        ),
        (
            "ALPN twice",
            of(&[(ExtensionType::ALPN, mqtt); 2]),
            Some(violation(Violation::DuplicateExtension, ILLEGAL)),
        ),
        ("record_size_limit 63", of(&[(ExtensionType::RECORD_SIZE_LIMIT, &[0, 63])]), Some(small)),
        ("record_size_limit 64", of(&[(ExtensionType::RECORD_SIZE_LIMIT, &[0, 64])]), None),
        ("record_size_limit 65535", of(&[(ExtensionType::RECORD_SIZE_LIMIT, &[255, 255])]), None),
        (
            "record_size_limit and max_fragment_length",
            of(&[
                (ExtensionType::RECORD_SIZE_LIMIT, &[4, 0]),
                (ExtensionType::MAX_FRAGMENT_LENGTH, &[1]),
            ]),
            Some(both),
        ),
        ("a byte behind them", message(8, &[0, 0, 0]), Some(undecodable("EncryptedExtensions"))),
    ];
    for (row, extensions, abort) in rows {
        answer_to(config.clone(), &extensions, row, abort);
    }
    // The same of a client that offers no protocol, and none of its limits.
    let alpn = of(&[(ExtensionType::ALPN, mqtt)]);
    answer_to(client_config(), &alpn, "ALPN unasked", Some(UNSOLICITED));
    let limit = of(&[(ExtensionType::RECORD_SIZE_LIMIT, &[4, 0])]);
    answer_to(client_config(), &limit, "record_size_limit unasked", Some(UNSOLICITED));
}

#[test]
fn a_client_tells_by_the_order_that_a_message_is_missing_or_there_twice() {
    let (mut client, mut puppet) =
        PuppetServer::before_extensions(client_config(), vec![shared_psk()]);
    let finished = puppet.finished();
    let result = client.receive(&puppet.send(&finished));
    let abort = unexpected("finished", "WAIT_EE");
    assert_aborted("no extensions", &mut client, result, &mut puppet.wire, abort);

    let (mut client, mut puppet) =
        PuppetServer::before_finished(client_config(), vec![shared_psk()]);
    let extensions = EncryptedExtensions::default().encode().unwrap();
    let result = client.receive(&puppet.send(&extensions));
    let abort = unexpected("encrypted_extensions", "WAIT_FINISHED");
    assert_aborted("extensions twice", &mut client, result, &mut puppet.wire, abort);
}

#[test]
fn a_psk_handshake_has_no_certificates() {
    for (name, msg_type) in
        [("certificate", 11), ("certificate_request", 13), ("certificate_verify", 15)]
    {
        let body = message(msg_type, &[0, 0, 0, 0]);
        let (mut client, mut puppet) =
            PuppetServer::before_finished(client_config(), vec![shared_psk()]);
        let result = client.receive(&puppet.send(&body));
        let abort = unexpected(name, "WAIT_FINISHED");
        assert_aborted(name, &mut client, result, &mut puppet.wire, abort);

        let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
        let result = server.receive(&puppet.wire.handshake(&body));
        assert_aborted(name, &mut server, result, &mut puppet.wire, abort);
    }
}

/// A client that has offered early data under the first of two PSKs, and its server.
fn early() -> (Connection, PuppetServer) {
    let suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    let early: ExternalPsk = psk("client1", HashAlgorithm::Sha256)
        .with_early_data(EarlyDataParameters::new(100, supported(suite)))
        .unwrap();
    let mut config = ClientConfig::new();
    config.parameters_mut().set_grease(false);
    config.parameters_mut().set_allow_both_roles(true);
    config.set_early_data(true);
    config.append_psk(&early).unwrap();
    config.append_psk(&psk("client2", HashAlgorithm::Sha256)).unwrap();
    let psks = vec![shared_psk(), PuppetPsk::external("client2", HashAlgorithm::Sha256)];
    let (mut client, puppet) = PuppetServer::start(config, psks);
    while client.poll_event().is_some() {}
    (client, puppet)
}

#[test]
fn accepted_early_data_belongs_to_the_first_psk_and_its_suite() {
    let suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    let accepting = EncryptedExtensions { early_data: true, ..EncryptedExtensions::default() };
    let wrong_psk = violation(Violation::EarlyDataWrongPsk, ILLEGAL);
    let wrong = violation(Violation::EarlyDataWrongParameters, ILLEGAL);
    let other = CipherSuite::TLS_AES_128_GCM_SHA256;
    for (row, index, suite, abort) in
        [("the second PSK", 1, suite, wrong_psk), ("another suite", 0, other, wrong)]
    {
        let (mut client, mut puppet) = early();
        let mut hello = puppet.server_hello();
        hello.extensions.selected_identity = Some(index);
        hello.cipher_suite = suite;
        client.receive(&puppet.send_hello(&hello)).unwrap();
        // The ServerHello has rejected early data, so there is none any more.
        assert_eq!(client.poll_event(), Some(Event::EarlyDataRejected), "{row}");
        assert_eq!(client.early_data_limit(), None, "{row}");
        let result = client.receive(&puppet.send(&accepting.encode().unwrap()));
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
}

#[test]
fn an_alert_behind_early_data_goes_out_under_a_key_that_the_server_has() {
    let refusing = EncryptedExtensions::default().encode().unwrap();
    let accepting = EncryptedExtensions { early_data: true, ..EncryptedExtensions::default() };
    let accepting = accepting.encode().unwrap();

    // No ServerHello yet, or an invalid one: in clear.
    let (mut client, mut puppet) = early();
    let mut hello = puppet.server_hello();
    hello.legacy_compression_method = 1;
    let result = client.receive(&plaintext(22, &hello.encode().unwrap()));
    let abort = violation(Violation::CompressionSelected, ILLEGAL);
    assert_aborted("a bad ServerHello", &mut client, result, &mut puppet.wire, abort);

    // After the ServerHello and before the server's decision about early data: the keys of the handshake.
    let (mut client, mut puppet) = early();
    let hello = puppet.server_hello();
    client.receive(&puppet.send_hello(&hello)).unwrap();
    let result = client.receive(&puppet.send(&message(8, &[0])));
    let abort = undecodable("extensions");
    assert_aborted("undecodable", &mut client, result, &mut puppet.wire, abort);

    // Rejected, whatever else is wrong in the same message, or later.
    let mut unsolicited = Raw::new(&refusing);
    unsolicited.prepend(0xfafb, &[]);
    let abort = violation(Violation::UnsolicitedExtension, Alert::UNSUPPORTED_EXTENSION);
    let bad_finished = violation(Violation::BadFinished, Alert::DECRYPT_ERROR);
    let (mut client, mut puppet) = early();
    let hello = puppet.server_hello();
    client.receive(&puppet.send_hello(&hello)).unwrap();
    let result = client.receive(&puppet.send(&unsolicited.encode()));
    assert_aborted("rejected", &mut client, result, &mut puppet.wire, abort);
    let (mut client, mut puppet) = early();
    let hello = puppet.server_hello();
    client.receive(&puppet.send_hello(&hello)).unwrap();
    client.receive(&puppet.send(&refusing)).unwrap();
    let result = client.receive(&puppet.send(&message(20, &[0; 32])));
    assert_aborted("a bad Finished", &mut client, result, &mut puppet.wire, bad_finished);

    // Accepted: the server reads with the keys of early data until that is over.
    let mut unsolicited = Raw::new(&accepting);
    unsolicited.prepend(0xfafb, &[]);
    let (mut client, mut puppet) = early();
    let hello = puppet.server_hello();
    client.receive(&puppet.send_hello(&hello)).unwrap();
    let result = client.receive(&puppet.send(&unsolicited.encode()));
    puppet.receive_early_data();
    assert_aborted("accepted", &mut client, result, &mut puppet.wire, abort);
    let (mut client, mut puppet) = early();
    let hello = puppet.server_hello();
    client.receive(&puppet.send_hello(&hello)).unwrap();
    client.receive(&puppet.send(&accepting)).unwrap();
    let result = client.receive(&puppet.send(&message(20, &[0; 32])));
    puppet.receive_early_data();
    assert_aborted("a bad Finished", &mut client, result, &mut puppet.wire, bad_finished);
}

/// An invalid Finished, and the error.
fn broken(finished: &[u8]) -> Vec<(&'static str, Vec<u8>, Abort)> {
    let bad = violation(Violation::BadFinished, Alert::DECRYPT_ERROR);
    let length = undecodable("verify_data");
    let flipped = |at: usize| {
        let mut finished = finished.to_vec();
        finished[at] ^= 1;
        finished
    };
    let verify_data = &finished[4..];
    vec![
        ("the first bit", flipped(4), bad),
        ("the last bit", flipped(finished.len() - 1), bad),
        ("a byte short", message(20, &verify_data[1..]), length),
        ("a byte long", message(20, &[verify_data, &[0]].concat()), length),
        ("empty", message(20, &[]), length),
        ("1,024 bytes", message(20, &[7; 1024]), length),
        ("1,025 bytes", message(20, &[7; 1025]), undecodable("Finished")),
        ("70,000 bytes", message(20, &[7; 70_000]), undecodable("Finished")),
    ]
}

#[test]
fn a_finished_that_is_not_right_is_refused_by_both_sides() {
    let (_, puppet) = PuppetServer::before_finished(client_config(), vec![shared_psk()]);
    for (row, finished, abort) in broken(&puppet.finished()) {
        let (mut client, mut puppet) =
            PuppetServer::before_finished(client_config(), vec![shared_psk()]);
        let result = client.receive(&puppet.send(&finished));
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
    let (puppet, _) = PuppetClient::before_finished(server_config(), shared_psk());
    for (row, finished, abort) in broken(&puppet.finished()) {
        let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
        let result = server.receive(&puppet.wire.handshake(&finished));
        assert_aborted(row, &mut server, result, &mut puppet.wire, abort);
    }
}

#[test]
fn before_finished_there_is_no_data_and_after_it_no_second_one() {
    let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
    let result = server.receive(&puppet.wire.data(b"early"));
    let abort = unexpected("application_data", "WAIT_FINISHED");
    assert_aborted("data", &mut server, result, &mut puppet.wire, abort);

    let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
    puppet.send_with_application_keys();
    let result = server.receive(&puppet.wire.data(b"early"));
    let abort = violation(Violation::BadRecordMac, Alert::BAD_RECORD_MAC);
    assert_aborted("data, no Finished", &mut server, result, &mut puppet.wire, abort);

    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    let finished = puppet.finished();
    let result = server.receive(&puppet.wire.handshake(&finished));
    let abort = unexpected("finished", "CONNECTED");
    assert_aborted("Finished twice", &mut server, result, &mut puppet.wire, abort);

    for before_extensions in [true, false] {
        let psks = vec![shared_psk()];
        let (mut client, mut puppet) = if before_extensions {
            PuppetServer::before_extensions(client_config(), psks)
        } else {
            PuppetServer::before_finished(client_config(), psks)
        };
        let state = client.state();
        let result = client.receive(&puppet.wire.data(b"early"));
        let abort = unexpected("application_data", state);
        assert_aborted("data", &mut client, result, &mut puppet.wire, abort);
    }
}

#[test]
fn messages_before_a_change_of_keys_end_their_record() {
    let boundary = violation(Violation::NotAtRecordBoundary, Alert::UNEXPECTED_MESSAGE);
    let (mut client, puppet) = PuppetServer::start(client_config(), vec![shared_psk()]);
    let hello = puppet.server_hello().encode().unwrap();
    let glued = [&hello[..], &EncryptedExtensions::default().encode().unwrap()].concat();
    let result = client.receive(&plaintext(22, &glued));
    // The client has derived nothing it would send with: its alert is in clear.
    assert_aborted("a ServerHello", &mut client, result, &mut Default::default(), boundary);

    let ticket = message(4, &[0; 9]);
    let (mut client, mut puppet) =
        PuppetServer::before_finished(client_config(), vec![shared_psk()]);
    let finished = [puppet.finished(), ticket.clone()].concat();
    let result = client.receive(&puppet.wire.handshake(&finished));
    assert_aborted("the server's", &mut client, result, &mut puppet.wire, boundary);

    let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
    let finished = [puppet.finished(), message(24, &[0])].concat();
    let result = server.receive(&puppet.wire.handshake(&finished));
    assert_aborted("the client's", &mut server, result, &mut puppet.wire, boundary);

    let (mut client, mut puppet) = PuppetServer::connected(client_config(), vec![shared_psk()]);
    let update = [message(24, &[0]), ticket].concat();
    let result = client.receive(&puppet.wire.handshake(&update));
    assert_aborted("a KeyUpdate", &mut client, result, &mut puppet.wire, boundary);
}
