//! A ClientHello as a server receives it, except its PSKs and key shares.

use tls_psk::wire::{CipherSuite, ClientHello, ContentType, ExtensionType, ProtocolVersion};
use tls_psk::{Connection, Error, Event, Incompatible, ServerConfig, Violation, inspect};

use super::puppet::{Abort, PuppetClient, Raw, assert_aborted, plaintext, server, transmitted};
use super::{
    Alert, incompatible, server_config, shared_psk, test, undecodable, unexpected, violation,
};

/// A server receives a first ClientHello and aborts.
pub fn assert_refused(row: &str, config: ServerConfig, message: &[u8], abort: Abort) {
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let mut server = server(config);
    let result = server.receive(&client.send_hello(message));
    assert_aborted(row, &mut server, result, &mut client.wire, abort);
}

/// A server receives a first ClientHello, and the handshake completes.
pub fn assert_accepted(
    row: &str,
    config: ServerConfig,
    client: &mut PuppetClient,
    message: &[u8],
) -> (Connection, tls_psk::wire::ServerHello) {
    let mut server = server(config);
    let result = server.receive(&client.send_hello(message));
    assert_eq!(result, Ok(()), "{row}");
    let hello = client.take_server_hello(&transmitted(&mut server));
    assert!(!hello.is_retry(), "{row}");
    client.take_flight();
    let finished = client.finished();
    assert_eq!(server.receive(&client.wire.handshake(&finished)), Ok(()), "{row}");
    assert_eq!(server.state(), "CONNECTED", "{row}");
    (server, hello)
}

/// The hello of a client with the shared PSK, changed before it is bound.
pub fn bound(change: impl FnOnce(&mut ClientHello)) -> Vec<u8> {
    let client = PuppetClient::new(vec![shared_psk()]);
    let mut hello = client.hello();
    change(&mut hello);
    client.bind(hello.encode().unwrap())
}

/// As [`bound`], for changes that the codec would not make.
pub fn raw(change: impl FnOnce(&mut Raw)) -> Vec<u8> {
    let mut raw = Raw::new(&bound(|_| ()));
    change(&mut raw);
    raw.encode()
}

#[test]
fn what_the_refusals_are_made_from_is_accepted() {
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let message = client.bind(raw(|_| ()));
    assert_accepted("unchanged", server_config(), &mut client, &message);
}

#[test]
fn an_extension_twice_is_an_illegal_parameter_whatever_it_is() {
    let duplicate = violation(Violation::DuplicateExtension, Alert::ILLEGAL_PARAMETER);
    let kinds: Vec<u16> =
        Raw::new(&bound(|_| ())).extensions.iter().map(|(kind, _)| *kind).collect();
    assert!(kinds.contains(&ExtensionType::SUPPORTED_VERSIONS.0) && kinds.len() > 4);
    for kind in kinds {
        let message = raw(|hello| {
            let data = hello.data(kind).clone();
            hello.prepend(kind, &data);
        });
        assert_refused(&format!("{kind} twice"), server_config(), &message, duplicate);
    }
    let message = raw(|hello| {
        hello.prepend(0xfafb, &[]);
        hello.prepend(0xfafb, &[1]);
    });
    assert_refused("an unknown one twice", server_config(), &message, duplicate);
}

#[test]
fn every_length_field_off_by_one_is_a_decode_error() {
    let message = bound(|hello| {
        hello.extensions.server_name = Some(b"broker.example".to_vec());
        hello.extensions.alpn = Some(vec![b"mqtt".to_vec(), b"http/1.1".to_vec()]);
        hello.extensions.signature_algorithms =
            Some(vec![tls_psk::wire::SignatureScheme::ED25519; 2]);
    });
    let (spans, error) = inspect(&message);
    assert_eq!(error, None);
    // The record layer handles the length of the message itself: it waits for more, or leaves a rest.
    let lengths = spans.iter().filter(|span| span.name == "length" && span.start != 1);
    let mut tried = 0;
    for length in lengths {
        for up in [true, false] {
            let mut changed = message.clone();
            let value = &mut changed[length.end - 1];
            *value = if up { value.wrapping_add(1) } else { value.wrapping_sub(1) };
            let mut server = server(server_config());
            let error = server.receive(&plaintext(22, &changed)).unwrap_err();
            let row = format!("the length at {} of {}", length.start, message.len());
            assert!(matches!(error, Error::Decode(_)), "{row}: {error:?}");
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried} lengths");
}

#[test]
fn fields_that_cannot_be_are_refused() {
    let compression = violation(Violation::BadCompressionMethods, Alert::ILLEGAL_PARAMETER);
    let version = violation(Violation::BadLegacyVersion, Alert::PROTOCOL_VERSION);
    let tls13 = incompatible(Incompatible::Tls13NotOffered, Alert::PROTOCOL_VERSION);
    type Row = (&'static str, fn(&mut ClientHello), Abort);
    let rows: [Row; 14] = [
        ("compression {1}", |h| h.legacy_compression_methods = vec![1], compression),
        ("compression {0, 1}", |h| h.legacy_compression_methods = vec![0, 1], compression),
        (
            "no compression method",
            |h| h.legacy_compression_methods = vec![],
            undecodable("legacy_compression_methods"),
        ),
        ("legacy_version 0x0304", |h| h.legacy_version = ProtocolVersion::TLS13, version),
        ("legacy_version 0x0302", |h| h.legacy_version = ProtocolVersion(0x0302), version),
        ("legacy_version 0x0300", |h| h.legacy_version = ProtocolVersion(0x0300), version),
        ("no supported_versions", |h| h.extensions.supported_versions = None, tls13),
        (
            "versions without TLS 1.3",
            |h| h.extensions.supported_versions = Some(vec![ProtocolVersion::TLS12]),
            tls13,
        ),
        (
            "a session id of 33 bytes",
            |h| h.legacy_session_id = vec![0; 33],
            undecodable("legacy_session_id"),
        ),
        (
            "a session id of 255 bytes",
            |h| h.legacy_session_id = vec![0; 255],
            undecodable("legacy_session_id"),
        ),
        ("no cipher suite", |h| h.cipher_suites.clear(), undecodable("cipher_suites")),
        (
            "a cookie without a HelloRetryRequest",
            |h| h.extensions.cookie = Some(vec![1; 40]),
            violation(Violation::CookieWithoutRetry, Alert::ILLEGAL_PARAMETER),
        ),
        (
            "record_size_limit 63",
            |h| h.extensions.record_size_limit = Some(63),
            violation(Violation::RecordSizeLimitTooSmall, Alert::ILLEGAL_PARAMETER),
        ),
        (
            "record_size_limit 0",
            |h| h.extensions.record_size_limit = Some(0),
            violation(Violation::RecordSizeLimitTooSmall, Alert::ILLEGAL_PARAMETER),
        ),
    ];
    for (row, change, abort) in rows {
        assert_refused(row, server_config(), &bound(change), abort);
    }
}

#[test]
fn vectors_that_cannot_be_are_refused() {
    let names = |names: &[&[u8]]| {
        let list: Vec<u8> =
            names.iter().flat_map(|name| [&[0, 0, name.len() as u8][..], name].concat()).collect();
        [&[0, list.len() as u8][..], &list].concat()
    };
    let two = violation(Violation::ServerNameList, Alert::ILLEGAL_PARAMETER);
    let rows = [
        ("an empty list of server names", names(&[]), undecodable("server_name_list")),
        ("an empty server name", names(&[b""]), undecodable("HostName")),
        ("two server names", names(&[b"a.example", b"b.example"]), two),
        ("a server name of another type", vec![0, 4, 1, 0, 1, b'a'], two),
        ("no list of server names", vec![], undecodable("server_name_list")),
    ];
    for (row, data, abort) in rows {
        assert_refused(row, server_config(), &raw(|hello| hello.prepend(0, &data)), abort);
    }

    let odd = raw(|hello| {
        // One byte less in the vector: the last suite is cut in half.
        let length = 2 + 32 + 33 + 1;
        hello.head[length] -= 1;
        hello.head.remove(length + 1);
    });
    let abort = undecodable("CipherSuite");
    assert_refused("an odd length of cipher_suites", server_config(), &odd, abort);

    let mut slack = bound(|_| ());
    slack[3] += 1;
    slack.push(0);
    let abort = undecodable("ClientHello");
    assert_refused("a byte behind the extensions", server_config(), &slack, abort);
}

#[test]
fn an_older_hello_is_a_protocol_version_alert_and_nothing_after_it_helps() {
    let older = raw(|hello| hello.extensions.retain(|(kind, _)| *kind < 40));
    let mut server = server(server_config());
    let mut client = PuppetClient::new(vec![shared_psk()]);
    // The good hello after it, in a separate record, is ignored.
    let flight = [client.wire.handshake(&older), client.wire.handshake(&bound(|_| ()))].concat();
    let result = server.receive(&flight);
    let abort = incompatible(Incompatible::Tls13NotOffered, Alert::PROTOCOL_VERSION);
    assert_aborted("TLS 1.2, then TLS 1.3", &mut server, result, &mut client.wire, abort);
}

#[test]
fn what_is_no_client_hello_is_an_unexpected_message() {
    let unknown = violation(Violation::UnknownContentType, Alert::UNEXPECTED_MESSAGE);
    let data = unexpected("application_data", "plaintext");
    let rows = [
        ("a ServerHello", plaintext(22, &[2, 0, 0, 0]), unexpected("server_hello", "START")),
        ("a Finished", plaintext(22, &[20, 0, 0, 0]), unexpected("finished", "START")),
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec(), unknown),
        ("an SSLv2 hello", vec![0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10], unknown),
        ("application data", plaintext(23, b"hello"), data),
        ("a heartbeat", plaintext(24, b"hello"), unknown),
    ];
    for (row, bytes, abort) in rows {
        let mut server = server(server_config());
        let result = server.receive(&bytes);
        assert_aborted(row, &mut server, result, &mut Default::default(), abort);
    }
}

#[test]
fn handshake_bytes_behind_a_client_hello_in_its_record_are_unexpected() {
    let abort = violation(Violation::NotAtRecordBoundary, Alert::UNEXPECTED_MESSAGE);
    for (row, rest) in [("half a header", &[20, 0][..]), ("a whole message", &[20, 0, 0, 0])] {
        let message = [&bound(|_| ()), rest].concat();
        assert_refused(row, server_config(), &message, abort);
    }
}

#[test]
fn a_session_id_of_any_length_is_echoed() {
    for len in 0..=32 {
        let mut client = PuppetClient::new(vec![shared_psk()]);
        let mut hello = client.hello();
        hello.legacy_session_id = (0..len).collect();
        let message = client.bind(hello.encode().unwrap());
        let (_, answer) = assert_accepted("echo", server_config(), &mut client, &message);
        assert_eq!(answer.legacy_session_id_echo, hello.legacy_session_id);
    }
}

#[test]
fn unknown_values_are_ignored_wherever_they_stand() {
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let mut hello = client.hello();
    let extensions = &mut hello.extensions;
    hello.cipher_suites.splice(0..0, [0x0000, 0x1304, 0xc02b, 0xffff].map(CipherSuite));
    let versions = [0x0300, 0x0305, 0x7f1c, 0xffff].map(ProtocolVersion);
    extensions.supported_versions.as_mut().unwrap().splice(0..0, versions);
    extensions.other = vec![
        (ExtensionType(0xff01), vec![0]),
        (ExtensionType(23), vec![]),
        (ExtensionType(0xfafb), vec![7; 3000]),
        (ExtensionType::POST_HANDSHAKE_AUTH, vec![]),
    ];
    let message = client.bind(hello.encode().unwrap());
    assert_accepted("unknown values", server_config(), &mut client, &message);
}

#[test]
fn a_client_hello_of_many_records_is_taken_and_one_too_long_is_refused_by_its_header() {
    let mut client = PuppetClient::new(vec![shared_psk()]);
    let mut hello = client.hello();
    hello.extensions.other = vec![(ExtensionType(0xfafb), vec![7; 60_000])];
    let message = client.bind(hello.encode().unwrap());
    assert!(message.len() > 3 * (1 << 14));
    assert_accepted("60,000 bytes", server_config(), &mut client, &message);

    let abort = undecodable("ClientHello");
    for length in [[0xff; 3], [4, 0, 0]] {
        let mut server = server(server_config());
        let header = [&[1][..], &length].concat();
        let result = server.receive(&plaintext(22, &header));
        assert_aborted("a header", &mut server, result, &mut Default::default(), abort);
    }
}

#[test]
fn a_second_hello_after_the_handshake_is_unexpected() {
    let (mut client, mut server) = PuppetClient::connected(server_config(), shared_psk());
    let hello = bound(|_| ());
    let result = server.receive(&client.wire.handshake(&hello));
    let abort = unexpected("client_hello", "CONNECTED");
    assert_aborted("protected", &mut server, result, &mut client.wire, abort);

    let (mut client, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
    let result = server.receive(&client.wire.handshake(&hello));
    let abort = unexpected("client_hello", "WAIT_FINISHED");
    assert_aborted("for Finished", &mut server, result, &mut client.wire, abort);
}

#[test]
fn every_prefix_of_a_client_hello_leaves_the_server_waiting() {
    let bytes = plaintext(ContentType::HANDSHAKE.0, &bound(|_| ()));
    for len in 0..bytes.len() {
        let mut server = server(server_config());
        assert_eq!(server.receive(&bytes[..len]), Ok(()));
        assert_eq!((server.state(), server.poll_transmit()), ("START", None));
        assert_eq!(server.transport_closed(), Err(Error::ClosedDuringHandshake));
        assert!(server.poll_event().is_none_or(|event| !matches!(event, Event::Connected(_))));
    }
}
