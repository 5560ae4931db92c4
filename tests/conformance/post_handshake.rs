//! KeyUpdate, NewSessionTicket and early data: messages after or outside of the handshake.

use tls_psk::wire::{CipherSuite, ContentType, KeyUpdateRequest, NamedGroup, NewSessionTicket};
use tls_psk::{
    ClientConfig, Connection, EarlyDataParameters, EarlyDataPolicy, Event, HashAlgorithm, PskKinds,
    ServerConfig, Violation,
};

use super::puppet::{
    Abort, PuppetClient, PuppetServer, Wire, assert_aborted, message, plaintext, server,
    transmitted,
};
use super::support::{psk, supported};
use super::{
    Alert, client_config, server_config, shared_psk, test, undecodable, unexpected, violation,
};

const BAD_MAC: Abort = violation(Violation::BadRecordMac, Alert::BAD_RECORD_MAC);
const SUITE: CipherSuite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;

fn update(request: u8) -> Vec<u8> {
    message(24, &[request])
}

/// A connected server and a connected client, each with the wire of its peer.
fn connected() -> [(Connection, Wire); 2] {
    let (puppet, server) = PuppetClient::connected(server_config(), shared_psk());
    let (client, other) = PuppetServer::connected(client_config(), vec![shared_psk()]);
    [(server, puppet.wire), (client, other.wire)]
}

/// What the peer of `connection` reads, as content types and contents.
fn read(connection: &mut Connection, wire: &mut Wire) -> Vec<(u8, Vec<u8>)> {
    wire.feed(&transmitted(connection));
    let records = std::iter::from_fn(|| wire.next_record());
    records.map(|record| (record.content_type.0, record.content)).collect()
}

#[test]
fn key_updates_that_cannot_be_are_refused() {
    let request = violation(Violation::BadKeyUpdateRequest, Alert::ILLEGAL_PARAMETER);
    for (row, body, abort) in [
        ("request 2", &[2][..], request),
        ("request 255", &[255], request),
        ("empty", &[], undecodable("request_update")),
        ("two bytes", &[0, 0], undecodable("KeyUpdate")),
    ] {
        for (mut connection, mut wire) in connected() {
            let result = connection.receive(&wire.handshake(&message(24, body)));
            assert_aborted(row, &mut connection, result, &mut wire, abort);
        }
    }
}

#[test]
fn a_requested_update_is_answered_once_before_the_next_data() {
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    for _ in 0..5 {
        server.receive(&puppet.wire.handshake(&update(1))).unwrap();
        puppet.update_sending();
    }
    assert_eq!(server.poll_transmit(), None, "silence asks for no answer");
    server.receive(&puppet.wire.data(b"new keys")).unwrap();
    server.send(b"an answer").unwrap();
    server.send(b"another").unwrap();
    puppet.wire.feed(&transmitted(&mut server));
    // With the old key, and without a request.
    let answer = puppet.wire.next_record().unwrap();
    assert_eq!((answer.content_type, answer.content), (ContentType::HANDSHAKE, update(0)));
    puppet.update_receiving();
    assert_eq!(puppet.wire.next_record().unwrap().content, b"an answer");
    assert_eq!(puppet.wire.next_record().unwrap().content, b"another");

    // One without a request is not answered.
    server.receive(&puppet.wire.handshake(&update(0))).unwrap();
    server.send(b"as before").unwrap();
    assert_eq!(read(&mut server, &mut puppet.wire), [(23, b"as before".to_vec())]);
}

#[test]
fn both_sides_may_ask_at_once() {
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    server.update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
    let crossing = transmitted(&mut server);
    server.receive(&puppet.wire.handshake(&update(1))).unwrap();
    puppet.update_sending();
    puppet.wire.feed(&crossing);
    assert_eq!(puppet.wire.next_record().unwrap().content, update(1));
    puppet.update_receiving();
    // Each answers the other: two generations on both sides.
    server.receive(&puppet.wire.handshake(&update(0))).unwrap();
    puppet.update_sending();
    server.receive(&puppet.wire.data(b"two generations on")).unwrap();
    server.send(b"here too").unwrap();
    puppet.wire.feed(&transmitted(&mut server));
    assert_eq!(puppet.wire.next_record().unwrap().content, update(0));
    puppet.update_receiving();
    assert_eq!(puppet.wire.next_record().unwrap().content, b"here too");
    let data = Event::Data(b"two generations on".to_vec());
    assert!(std::iter::from_fn(|| server.poll_event()).any(|event| event == data));
}

#[test]
fn keys_change_with_a_key_update_and_only_with_it() {
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    puppet.update_sending();
    let result = server.receive(&puppet.wire.data(b"new"));
    assert_aborted("a new key unannounced", &mut server, result, &mut puppet.wire, BAD_MAC);

    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    server.receive(&puppet.wire.handshake(&update(0))).unwrap();
    let result = server.receive(&puppet.wire.data(b"old"));
    assert_aborted("the old key again", &mut server, result, &mut puppet.wire, BAD_MAC);

    let (mut client, mut puppet) = PuppetServer::connected(client_config(), vec![shared_psk()]);
    client.receive(&puppet.wire.handshake(&update(0))).unwrap();
    puppet.update_sending();
    client.receive(&puppet.wire.data(b"new")).unwrap();
    let result = client.receive(&puppet.wire.handshake(&update(0)));
    assert_eq!(result, Ok(()));
    while client.poll_event().is_some() {}
    let result = client.receive(&puppet.wire.data(b"old"));
    assert_aborted("the old key again", &mut client, result, &mut puppet.wire, BAD_MAC);
}

#[test]
fn a_flood_of_key_updates_is_cut_off_and_costs_no_answers() {
    for request in [0, 1] {
        let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
        let result = (0..10_000).try_for_each(|_| {
            let result = server.receive(&puppet.wire.handshake(&update(request)));
            puppet.update_sending();
            result
        });
        let abort = violation(Violation::TooManyKeyUpdates, Alert::UNEXPECTED_MESSAGE);
        assert_aborted("a flood", &mut server, result, &mut puppet.wire, abort);
    }
    // With data between them, any number is accepted: generations are not limited (section 4.7.3).
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    for _ in 0..1000 {
        server.receive(&puppet.wire.handshake(&update(0))).unwrap();
        puppet.update_sending();
        server.receive(&puppet.wire.data(b"x")).unwrap();
    }
    // Empty data does not count as data, and does not hide a flood.
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    let result = (0..10_000).try_for_each(|_| {
        let bytes = puppet.wire.handshake(&update(0));
        puppet.update_sending();
        server.receive(&[bytes, puppet.wire.data(&[])].concat())
    });
    let abort = violation(Violation::TooManyKeyUpdates, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("with empty data", &mut server, result, &mut puppet.wire, abort);
}

#[test]
fn an_update_that_was_asked_for_is_no_part_of_a_flood() {
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    for round in 0..100 {
        server.update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
        let answer = puppet.wire.handshake(&update(0));
        puppet.update_sending();
        assert_eq!(server.receive(&answer), Ok(()), "{round}");
    }
}

/// A ticket with a lifetime of one hour.
fn ticket() -> NewSessionTicket {
    NewSessionTicket {
        ticket_lifetime: 3600,
        ticket_age_add: 7,
        ticket_nonce: vec![0],
        ticket: vec![1; 40],
        max_early_data_size: Some(10),
    }
}

/// Invalid tickets.
fn bad_tickets() -> Vec<(&'static str, Vec<u8>, Abort)> {
    let encoded = ticket().encode().unwrap();
    let body = &encoded[4..];
    let with = |change: fn(&mut NewSessionTicket)| {
        let mut ticket = ticket();
        change(&mut ticket);
        ticket.encode().unwrap()
    };
    let lifetime = violation(Violation::BadTicketLifetime, Alert::ILLEGAL_PARAMETER);
    let twice = violation(Violation::DuplicateExtension, Alert::ILLEGAL_PARAMETER);
    let early_data = [0, 42, 0, 4, 0, 0, 0, 10];
    let doubled = [&body[..body.len() - 10], &[0, 16], &early_data, &early_data].concat();
    vec![
        ("a lifetime of more than seven days", with(|t| t.ticket_lifetime = 604_801), lifetime),
        ("an empty ticket", with(|t| t.ticket.clear()), undecodable("ticket")),
        ("early_data twice", message(4, &doubled), twice),
        ("a byte behind it", message(4, &[body, &[0]].concat()), undecodable("NewSessionTicket")),
        ("nothing", message(4, &[]), undecodable("ticket_lifetime")),
    ]
}

/// The configuration of a client that resumes.
fn resuming() -> ClientConfig {
    let mut config = client_config();
    config.set_psk_kinds(PskKinds::Both).unwrap();
    config
}

#[test]
fn a_client_that_resumes_refuses_tickets_that_cannot_be() {
    for (row, message, abort) in bad_tickets() {
        let (mut client, mut puppet) = PuppetServer::connected(resuming(), vec![shared_psk()]);
        let result = client.receive(&puppet.wire.handshake(&message));
        assert_aborted(row, &mut client, result, &mut puppet.wire, abort);
    }
    let (mut client, mut puppet) = PuppetServer::connected(resuming(), vec![shared_psk()]);
    let ticket = ticket().encode().unwrap();
    client.receive(&puppet.wire.handshake(&ticket)).unwrap();
    assert!(matches!(client.poll_event(), Some(Event::Session(_))));
    let flood = (0..1000).try_for_each(|_| client.receive(&puppet.wire.handshake(&ticket)));
    let abort = violation(Violation::TooManyTickets, Alert::UNEXPECTED_MESSAGE);
    while client.poll_event().is_some_and(|event| matches!(event, Event::Session(_))) {}
    assert_eq!(flood, Err(abort.0));
}

#[test]
fn a_ticket_that_leaves_no_room_in_a_hello_is_ignored() {
    for length in [1 << 15, (1 << 15) + 1, 0xffff] {
        let (mut client, mut puppet) = PuppetServer::connected(resuming(), vec![shared_psk()]);
        let ticket = NewSessionTicket { ticket: vec![1; length], ..ticket() };
        client.receive(&puppet.wire.handshake(&ticket.encode().unwrap())).unwrap();
        let kept = matches!(client.poll_event(), Some(Event::Session(_)));
        assert_eq!(kept, length <= 1 << 15, "{length}");
        assert_eq!(client.state(), "CONNECTED");
    }
}

#[test]
fn a_client_that_does_not_resume_ignores_every_ticket() {
    let (mut client, mut puppet) = PuppetServer::connected(client_config(), vec![shared_psk()]);
    for (_, message, _) in bad_tickets() {
        client.receive(&puppet.wire.handshake(&message)).unwrap();
    }
    for _ in 0..1000 {
        client.receive(&puppet.wire.handshake(&ticket().encode().unwrap())).unwrap();
    }
    assert_eq!((client.poll_event(), client.poll_transmit()), (None, None));
    client.receive(&puppet.wire.data(b"unharmed")).unwrap();
    assert_eq!(client.poll_event(), Some(Event::Data(b"unharmed".to_vec())));
}

/// Configurations that share a PSK with early data.
fn early(max_size: u32) -> ServerConfig {
    let parameters = EarlyDataParameters::new(max_size, supported(SUITE));
    let psk = psk("client1", HashAlgorithm::Sha256).with_early_data(parameters).unwrap();
    let mut config = ServerConfig::new();
    config.append_psk(&psk).unwrap();
    config
}

/// A server that has had a hello with early data, and its client, which writes with the keys of early data.
fn offered(config: ServerConfig) -> (PuppetClient, Connection) {
    let mut server = server(config);
    let mut puppet = PuppetClient::new(vec![shared_psk()]);
    let mut hello = puppet.hello();
    hello.extensions.early_data = true;
    let hello = puppet.bind(hello.encode().unwrap());
    server.receive(&puppet.send_hello(&hello)).unwrap();
    puppet.send_with_early_keys(SUITE);
    (puppet, server)
}

/// The same once the server has accepted.
fn accepted() -> (PuppetClient, Connection) {
    let mut config = early(100);
    config.set_early_data(EarlyDataPolicy::Application);
    let (mut puppet, mut server) = offered(config);
    server.decide_early_data(true).unwrap();
    puppet.take_server_hello(&transmitted(&mut server));
    assert!(puppet.take_flight().early_data);
    puppet.send_with_early_keys(SUITE);
    while server.poll_event().is_some() {}
    assert_eq!(server.state(), "WAIT_EOED");
    (puppet, server)
}

#[test]
fn accepted_early_data_ends_with_end_of_early_data() {
    let end = message(5, &[]);
    let (mut puppet, mut server) = accepted();
    server.receive(&puppet.wire.data(b"early")).unwrap();
    server.receive(&puppet.wire.handshake(&end)).unwrap();
    puppet.add(&end);
    puppet.send_with_handshake_keys();
    let finished = puppet.finished();
    server.receive(&puppet.wire.handshake(&finished)).unwrap();
    assert_eq!(server.state(), "CONNECTED");

    let boundary = violation(Violation::NotAtRecordBoundary, Alert::UNEXPECTED_MESSAGE);
    for (row, message, abort) in [
        ("a Finished instead", finished.clone(), unexpected("finished", "WAIT_EOED")),
        ("a ClientHello", message(1, &[]), unexpected("client_hello", "WAIT_EOED")),
        ("a KeyUpdate", update(0), unexpected("key_update", "WAIT_EOED")),
        ("a byte in it", message(5, &[0]), undecodable("EndOfEarlyData")),
        ("another message behind it", [&end[..], &finished].concat(), boundary),
    ] {
        let (mut puppet, mut server) = accepted();
        let result = server.receive(&puppet.wire.handshake(&message));
        assert_aborted(row, &mut server, result, &mut puppet.wire, abort);
    }
    let (mut puppet, mut server) = accepted();
    puppet.send_with_handshake_keys();
    let result = server.receive(&puppet.wire.handshake(&finished));
    assert_aborted("a Finished in its own keys", &mut server, result, &mut puppet.wire, BAD_MAC);
}

#[test]
fn accepted_early_data_is_as_sound_and_as_bounded_as_any_other() {
    let (mut puppet, mut server) = accepted();
    let mut record = puppet.wire.data(b"early");
    *record.last_mut().unwrap() ^= 1;
    let result = server.receive(&record);
    assert_aborted("one bit", &mut server, result, &mut puppet.wire, BAD_MAC);

    let (mut puppet, mut server) = accepted();
    let result = server.receive(&puppet.wire.data(&[7; 101]));
    let abort = violation(Violation::TooMuchEarlyData, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("101 bytes of 100", &mut server, result, &mut puppet.wire, abort);

    let (mut puppet, mut server) = accepted();
    let result = server.receive(&puppet.wire.record(ContentType::ALERT, &[2, 80]));
    let error = tls_psk::Error::AlertReceived(Alert::INTERNAL_ERROR);
    super::puppet::assert_ended_silently("an alert", &mut server, result, error);
}

#[test]
fn rejected_early_data_is_skipped_to_its_end_and_does_not_end_with_a_message() {
    let (mut puppet, mut server) = offered(early(100));
    server.receive(&puppet.wire.data(b"skipped")).unwrap();
    puppet.take_server_hello(&transmitted(&mut server));
    assert!(!puppet.take_flight().early_data);
    let result = server.receive(&puppet.wire.handshake(&message(5, &[])));
    let abort = unexpected("end_of_early_data", "WAIT_FINISHED");
    assert_aborted("EndOfEarlyData", &mut server, result, &mut puppet.wire, abort);

    // A record that opens ends the skipping: a later one that does not open is not early data.
    let (mut puppet, mut server) = offered(early(100));
    server.receive(&puppet.wire.data(b"skipped")).unwrap();
    puppet.take_server_hello(&transmitted(&mut server));
    puppet.take_flight();
    let finished = puppet.finished();
    server.receive(&puppet.wire.record(ContentType::HANDSHAKE, &finished[..8])).unwrap();
    puppet.send_with_early_keys(SUITE);
    let result = server.receive(&puppet.wire.data(b"not skipped"));
    assert_aborted("early data again", &mut server, result, &mut puppet.wire, BAD_MAC);

    let mut config = early(100);
    config.set_max_skipped_early_data(100);
    let (mut puppet, mut server) = offered(config);
    let records = puppet.wire.data(&[7; 200]);
    puppet.take_server_hello(&transmitted(&mut server));
    puppet.take_flight();
    let result = server.receive(&records);
    let abort = violation(Violation::TooMuchEarlyData, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("more than is skipped", &mut server, result, &mut puppet.wire, abort);
}

#[test]
fn skipped_early_data_does_not_come_between_the_fragments_of_the_second_hello() {
    let mut config = early(100);
    config.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    let (mut puppet, mut server) = offered(config);
    let data = [puppet.wire.data(b"one"), puppet.wire.data(b"two")];
    assert!(puppet.take_server_hello(&transmitted(&mut server)).is_retry());
    server.receive(&data[0]).unwrap();
    server.receive(&plaintext(22, &[1, 0])).unwrap();
    let result = server.receive(&data[1]);
    let abort = violation(Violation::InterleavedHandshake, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("in between", &mut server, result, &mut puppet.wire, abort);
}
