//! Early data (0-RTT): accepted, rejected, skipped, limited, and never accepted without asking the application.

use std::collections::HashSet;

use tls_psk::wire::{CipherSuite, NamedGroup};
use tls_psk::{
    AlertDescription, ClientConfig, EarlyDataOutcome, EarlyDataParameters, EarlyDataPolicy, Error,
    Event, ExternalPsk, HashAlgorithm, PskError, PskKinds, SealingKeys, SelectionPolicy,
    ServerConfig, Session, TicketPolicy, Usage, Violation,
};

use crate::support::{CHUNKINGS, Chunking, Pair, SUITES, deliver, drain, hash_of, psk, supported};
use crate::test;

const NOW: u64 = 1_780_000_000_000;
const SUITE: CipherSuite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
const MAX: u32 = 20_000;

fn parameters(max_size: u32, cipher_suite: CipherSuite) -> EarlyDataParameters {
    EarlyDataParameters::new(max_size, supported(cipher_suite))
}

fn early_psk(max_size: u32, suite: CipherSuite) -> ExternalPsk {
    psk("device-7", hash_of(suite)).with_early_data(parameters(max_size, suite)).unwrap()
}

/// Configurations that share a PSK with early data, and enable it.
fn early(psk: &ExternalPsk) -> (ClientConfig, ServerConfig) {
    let mut client = ClientConfig::new();
    client.append_psk(psk).unwrap();
    client.set_early_data(true);
    let mut server = ServerConfig::new();
    server.append_psk(psk).unwrap();
    server.set_early_data(EarlyDataPolicy::Application);
    (client, server)
}

/// A client that has sent `data` early, and a server that has not received it yet.
fn started(client: ClientConfig, server: ServerConfig, data: &[u8]) -> Pair {
    let mut pair = Pair::new(client, server);
    pair.client.set_time(NOW);
    pair.server.set_time(NOW);
    pair.client.start().unwrap();
    pair.client.send_early_data(data).unwrap();
    pair
}

/// Runs to the decision, makes it, and runs to the end.
fn decide(pair: &mut Pair, accepted: bool) {
    pair.run();
    assert_eq!(pair.server.state(), "DECIDING_EARLY_DATA");
    assert!(pair.server_events.contains(&Event::DecideEarlyData));
    pair.server.decide_early_data(accepted).unwrap();
    pair.run();
}

/// The early data among the events.
fn early_data(events: &[Event]) -> Vec<u8> {
    let bytes = |event: &Event| match event {
        Event::EarlyData(data) => data.clone(),
        _ => Vec::new(),
    };
    events.iter().flat_map(bytes).collect()
}

/// The handshake completes without the early data.
fn assert_rejected(pair: &mut Pair) {
    assert_eq!(pair.assert_connected().early_data, EarlyDataOutcome::Rejected);
    assert!(pair.client_events.contains(&Event::EarlyDataRejected));
    assert!(early_data(&pair.server_events).is_empty());
    pair.assert_echo(b"late data");
}

#[test]
fn early_data_is_accepted_with_every_suite_and_chunking() {
    let data: Vec<u8> = (0..MAX).map(|i| i as u8).collect();
    for suite in SUITES {
        for chunking in CHUNKINGS {
            let (mut client, server) = early(&early_psk(MAX, suite));
            client.parameters_mut().set_cipher_suites(&[suite]).unwrap();
            let mut pair = started(client, server, &data).chunked(chunking);
            decide(&mut pair, true);
            let negotiated = pair.assert_connected();
            assert_eq!(negotiated.early_data, EarlyDataOutcome::Accepted);
            assert_eq!(negotiated.cipher_suite, suite);
            assert_eq!(early_data(&pair.server_events), data);
            assert!(!pair.client_events.contains(&Event::EarlyDataRejected));
            pair.assert_echo(b"late data");
        }
    }
}

#[test]
fn early_data_comes_before_connected_and_is_not_data() {
    let (client, server) = early(&early_psk(MAX, SUITE));
    let mut pair = started(client, server, b"early");
    decide(&mut pair, true);
    let of_interest = |event: &&Event| {
        matches!(event, Event::EarlyData(_) | Event::Connected(_) | Event::Data(_))
    };
    let events: Vec<&Event> = pair.server_events.iter().filter(of_interest).collect();
    assert!(matches!(events[..], [Event::EarlyData(_), Event::Connected(_)]), "{events:?}");
}

#[test]
fn early_data_can_be_sent_until_the_server_has_answered() {
    let (client, server) = early(&early_psk(8, SUITE));
    let mut pair = started(client, server, b"one");
    assert_eq!(pair.client.early_data_limit(), Some(5));
    pair.run();
    pair.client.send_early_data(b"two").unwrap();
    assert_eq!(pair.client.send_early_data(b"three"), Err(Usage::EarlyDataLimit.into()));
    decide(&mut pair, true);
    assert_eq!(early_data(&pair.server_events), b"onetwo");
    assert_eq!(pair.client.early_data_limit(), None);
    assert_eq!(pair.client.send_early_data(b"x"), Err(Usage::NoEarlyData.into()));
}

#[test]
fn the_application_can_reject_it() {
    for chunking in CHUNKINGS {
        let (client, server) = early(&early_psk(MAX, SUITE));
        let mut pair = started(client, server, &[7; 9000]).chunked(chunking);
        decide(&mut pair, false);
        assert_rejected(&mut pair);
    }
}

#[test]
fn a_server_that_was_not_told_to_ask_rejects_it() {
    let (client, mut server) = early(&early_psk(MAX, SUITE));
    server.set_early_data(EarlyDataPolicy::Reject);
    let mut pair = started(client, server, b"early");
    pair.run();
    assert_rejected(&mut pair);
}

#[test]
fn a_hello_retry_request_rejects_it() {
    for chunking in CHUNKINGS {
        let (client, mut server) = early(&early_psk(MAX, SUITE));
        server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
        let mut pair = started(client, server, &[7; 9000]).chunked(chunking);
        pair.run();
        assert!(pair.assert_connected().hello_retry_request);
        assert_rejected(&mut pair);
    }
}

#[test]
fn a_psk_other_than_the_first_rejects_it() {
    let (mut client, server) = early(&early_psk(MAX, SUITE));
    let stranger = psk("stranger", HashAlgorithm::Sha256);
    let stranger = stranger.with_early_data(parameters(MAX, SUITE)).unwrap();
    let mut first = ClientConfig::new();
    first.append_psk(&stranger).unwrap();
    for known in client.psks().iter() {
        first.append_psk(known).unwrap();
    }
    first.set_early_data(true);
    client = first;
    let mut pair = started(client, server, b"early");
    pair.run();
    assert_eq!(pair.assert_connected().psk_index, Some(1));
    assert_rejected(&mut pair);
}

#[test]
fn another_suite_or_protocol_than_the_psks_rejects_it() {
    // The server prefers another suite of the same hash.
    let (client, mut server) = early(&early_psk(MAX, SUITE));
    let preferred = CipherSuite::TLS_AES_128_GCM_SHA256;
    server.parameters_mut().set_cipher_suites(&[preferred, SUITE]).unwrap();
    let mut pair = started(client, server, b"early");
    pair.run();
    assert_eq!(pair.assert_connected().cipher_suite, preferred);
    assert_rejected(&mut pair);

    // Its protocol is another.
    let bound = parameters(MAX, SUITE).with_alpn(b"mqtt");
    let psk = psk("device-7", HashAlgorithm::Sha256).with_early_data(bound).unwrap();
    let (mut client, mut server) = early(&psk);
    client.parameters_mut().set_alpn(&[b"mqtt", b"http/1.1"]).unwrap();
    server.parameters_mut().set_alpn(&[b"http/1.1", b"mqtt"]).unwrap();
    let mut pair = started(client.clone(), server.clone(), b"early");
    pair.run();
    assert_rejected(&mut pair);

    // And the same protocol accepts it.
    server.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    let mut pair = started(client, server, b"early");
    decide(&mut pair, true);
    assert_eq!(early_data(&pair.server_events), b"early");
}

#[test]
fn early_data_is_offered_only_when_asked_for_and_possible() {
    let (mut client, server) = early(&early_psk(MAX, SUITE));
    client.set_early_data(false);
    let mut pair = Pair::new(client, server);
    pair.client.start().unwrap();
    assert_eq!(pair.client.early_data_limit(), None);
    assert_eq!(pair.client.send_early_data(b"x"), Err(Usage::NoEarlyData.into()));
    pair.run();
    assert_eq!(pair.assert_connected().early_data, EarlyDataOutcome::NotOffered);

    // Neither with a suite that is not configured, nor with a protocol that is not.
    let bound = parameters(MAX, SUITE).with_alpn(b"mqtt");
    let with_protocol = psk("device-7", HashAlgorithm::Sha256).with_early_data(bound).unwrap();
    for psk in [early_psk(MAX, CipherSuite::TLS_AES_128_GCM_SHA256), with_protocol] {
        let (mut client, server) = early(&psk);
        client.parameters_mut().set_cipher_suites(&[SUITE]).unwrap();
        let mut pair = Pair::new(client, server);
        pair.client.start().unwrap();
        assert_eq!(pair.client.early_data_limit(), None);
    }
}

#[test]
fn more_than_the_limit_is_refused_by_the_sender_and_by_the_receiver() {
    let (client, server) = early(&early_psk(10, SUITE));
    let mut pair = started(client.clone(), server, b"0123456789");
    assert_eq!(pair.client.send_early_data(b"x"), Err(Usage::EarlyDataLimit.into()));

    // A server with a smaller limit than the client.
    let (_, server) = early(&early_psk(9, SUITE));
    let mut pair = started(client, server, b"0123456789");
    pair.run();
    let error = pair.server.decide_early_data(true).unwrap_err();
    assert_eq!(error, Violation::TooMuchEarlyData.into());
    pair.run();
    let alert = Error::AlertReceived(AlertDescription::UNEXPECTED_MESSAGE);
    assert_eq!(pair.client_error, Some(alert));
}

#[test]
fn empty_records_use_up_what_is_skipped_too() {
    for groups in [vec![NamedGroup::X25519], vec![NamedGroup::SECP256R1]] {
        let (client, mut server) = early(&early_psk(MAX, SUITE));
        server.set_early_data(EarlyDataPolicy::Reject);
        server.parameters_mut().set_groups(&groups).unwrap();
        let mut pair = started(client, server, &[]);
        let hello = pair.client.poll_transmit().unwrap();
        pair.server.receive(&hello).unwrap();
        let empty = [23, 3, 3, 0, 0].repeat(1000);
        let error = (0..1000).try_for_each(|_| pair.server.receive(&empty));
        assert_eq!(error, Err(Violation::TooMuchEarlyData.into()), "{groups:?}");
    }
}

#[test]
fn rejected_early_data_is_skipped_up_to_a_limit() {
    let (client, _) = early(&early_psk(MAX, SUITE));
    // A server that knows nothing of early data under this PSK.
    let mut server = ServerConfig::new();
    server.append_psk(&psk("device-7", hash_of(SUITE))).unwrap();
    server.set_max_skipped_early_data(1000);
    let mut pair = started(client, server, &[7; 2000]);
    pair.run();
    assert_eq!(pair.server_error, Some(Violation::TooMuchEarlyData.into()));
}

#[test]
fn all_the_early_data_that_the_psk_allows_is_skipped_when_rejected() {
    const MUCH: u32 = 100_000;
    for groups in [vec![NamedGroup::X25519], vec![NamedGroup::SECP256R1]] {
        let (client, mut server) = early(&early_psk(MUCH, SUITE));
        server.parameters_mut().set_groups(&groups).unwrap();
        let mut pair = started(client, server, &[7; MUCH as usize]);
        pair.run();
        if pair.server.is_asking() {
            pair.server.decide_early_data(false).unwrap();
            pair.run();
        }
        assert_eq!(pair.server.state(), "CONNECTED", "{groups:?}");
        assert_eq!(pair.client.state(), "CONNECTED", "{groups:?}");
    }
}

#[test]
fn what_comes_while_the_decision_waits_is_bounded() {
    let (client, server) = early(&early_psk(1 << 20, SUITE));
    let mut pair = started(client, server, &[7; 1 << 20]);
    pair.run();
    assert_eq!(pair.server_error, Some(Violation::TooMuchWhileAsking.into()));
}

#[test]
fn whoever_stops_reading_while_the_decision_waits_gets_all_of_it() {
    const MUCH: usize = 4 << 20;
    for accepted in [true, false] {
        let (client, server) = early(&early_psk(MUCH as u32, SUITE));
        let mut pair = started(client, server, &vec![7; MUCH]);
        let flight = drain(&mut pair.client, &mut pair.client_events);
        let mut chunks = flight.chunks(1 << 14);
        let mut taken = 0;
        while pair.server.wants_read() {
            let chunk = chunks.next().unwrap();
            pair.server.receive(chunk).unwrap();
            taken += chunk.len();
        }
        assert!(pair.server.is_asking() && (1 << 16..1 << 18).contains(&taken), "{taken}");
        pair.server.decide_early_data(accepted).unwrap();
        for chunk in chunks {
            assert!(pair.server.wants_read());
            pair.server.receive(chunk).unwrap();
        }
        pair.run();
        let outcome = pair.assert_connected().early_data;
        let expected = if accepted { MUCH } else { 0 };
        assert_eq!(early_data(&pair.server_events).len(), expected);
        assert_eq!(outcome == EarlyDataOutcome::Accepted, accepted);
    }
}

#[test]
fn a_corrupt_early_record_is_fatal_once_accepted() {
    let (client, server) = early(&early_psk(MAX, SUITE));
    let mut pair = started(client, server, b"early");
    let mut bytes = pair.client.poll_transmit().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    deliver(&mut pair.server, &bytes, Chunking::Whole, &mut pair.server_error);
    assert_eq!(pair.server_error, None);
    let error = pair.server.decide_early_data(true).unwrap_err();
    assert_eq!(error, Violation::BadRecordMac.into());
}

#[test]
fn an_unaccepted_end_of_early_data_and_a_missing_one_are_unexpected() {
    // Accepted, but the client continues without EndOfEarlyData: its handshake records do not open.
    let (client, server) = early(&early_psk(MAX, SUITE));
    let mut pair = started(client.clone(), server.clone(), b"");
    pair.run();
    let mut other = started(client, server, b"");
    decide(&mut other, false);
    let finished = other.to_server;
    pair.server.decide_early_data(true).unwrap();
    let hello_len = 5 + usize::from(u16::from_be_bytes([finished[3], finished[4]]));
    let error = pair.server.receive(&finished[hello_len..]).unwrap_err();
    assert_eq!(error, Violation::BadRecordMac.into());
}

#[test]
fn the_id_is_the_same_for_a_copy_and_differs_otherwise() {
    let (client, server) = early(&early_psk(MAX, SUITE));
    let mut ids = HashSet::new();
    for round in 0..3 {
        let mut pair = Pair::new(client.clone(), server.clone());
        let entropy = tls_psk::Entropy::from_seed([round; 32]);
        pair.client = tls_psk::Connection::client(client.clone().into(), entropy);
        pair.client.start().unwrap();
        let flight = pair.client.poll_transmit().unwrap();
        let mut copies = HashSet::new();
        for _ in 0..2 {
            let mut server = Pair::new(client.clone(), server.clone()).server;
            server.receive(&flight).unwrap();
            let request = server.early_data_request().unwrap();
            assert_eq!((request.identity, request.max_size), (&b"device-7"[..], MAX));
            assert_eq!(request.replayable_until, None);
            copies.insert(request.id.to_vec());
        }
        assert_eq!(copies.len(), 1);
        ids.extend(copies);
    }
    assert_eq!(ids.len(), 3);
}

#[test]
fn early_data_follows_a_pending_selection() {
    let (client, mut server) = early(&early_psk(MAX, SUITE));
    server.set_selection(SelectionPolicy::Application);
    let mut pair = started(client, server, b"early");
    pair.run();
    assert_eq!(pair.server.state(), "SELECTING_PSK");
    assert_eq!(pair.server.decide_early_data(true), Err(Usage::NotDecidingEarlyData.into()));
    pair.server.select(tls_psk::Selection::Offered(0)).unwrap();
    decide(&mut pair, true);
    assert_eq!(early_data(&pair.server_events), b"early");
}

#[test]
fn both_sides_export_the_same_early_keying_material() {
    let (client, server) = early(&early_psk(MAX, SUITE));
    let mut pair = started(client, server, b"early");
    let mut exported = [[0; 32]; 4];
    pair.client.export_early_keying_material("test", None, &mut exported[0]).unwrap();
    let early = pair.server.export_early_keying_material("test", None, &mut [0; 32]);
    assert_eq!(early, Err(Usage::NoEarlyData.into()));
    decide(&mut pair, true);
    pair.client.export_early_keying_material("test", None, &mut exported[1]).unwrap();
    pair.server.export_early_keying_material("test", None, &mut exported[2]).unwrap();
    pair.server.export_keying_material("test", None, &mut exported[3]).unwrap();
    assert_eq!(exported[0], exported[1]);
    assert_eq!(exported[1], exported[2]);
    assert_ne!(exported[2], exported[3]);
}

#[test]
fn the_key_log_has_the_early_secrets_of_both_sides() {
    let (mut client, mut server) = early(&early_psk(MAX, SUITE));
    client.parameters_mut().set_key_log(true);
    server.parameters_mut().set_key_log(true);
    let mut pair = started(client, server, b"early");
    decide(&mut pair, true);
    let lines = |events: &[Event]| -> HashSet<String> {
        let line = |event: &Event| match event {
            Event::KeyLog(line) => Some(line.clone()),
            _ => None,
        };
        events.iter().filter_map(line).collect()
    };
    let client = lines(&pair.client_events);
    assert_eq!(client, lines(&pair.server_events));
    for label in ["CLIENT_EARLY_TRAFFIC_SECRET ", "EARLY_EXPORTER_SECRET ", "EXPORTER_SECRET "] {
        assert_eq!(client.iter().filter(|line| line.starts_with(label)).count(), 1, "{label}");
    }
    assert_eq!(client.len(), 7);
}

#[test]
fn each_side_sends_one_change_cipher_spec_with_early_data_too() {
    let is_compatibility = |window: &&[u8]| *window == [20, 3, 3, 0, 1, 1];
    for groups in [&[NamedGroup::X25519][..], &[NamedGroup::SECP256R1][..]] {
        let (client, mut server) = early(&early_psk(MAX, SUITE));
        server.set_early_data(EarlyDataPolicy::Reject);
        server.parameters_mut().set_groups(groups).unwrap();
        let mut pair = started(client, server, b"early");
        pair.run();
        pair.assert_connected();
        for bytes in [&pair.to_server, &pair.to_client] {
            assert_eq!(bytes.windows(6).filter(is_compatibility).count(), 1);
        }
    }
}

#[test]
fn the_suite_of_early_data_is_offered_first() {
    let suite = CipherSuite::TLS_AES_128_GCM_SHA256;
    let (mut client, mut server) = early(&early_psk(MAX, suite));
    client.parameters_mut().set_grease(false);
    client.parameters_mut().set_trace(true);
    server.parameters_mut().set_cipher_suites(&[suite]).unwrap();
    let mut pair = started(client, server, b"early");
    decide(&mut pair, true);
    let hello = pair.client_events.iter().find_map(|event| match event {
        Event::Message { name: "client_hello", bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    let hello = hello.unwrap();
    let body = tls_psk::wire::Reader::new(&hello[4..]);
    let hello = tls_psk::wire::ClientHello::read(body).unwrap();
    assert_eq!(hello.cipher_suites, [suite, SUITE]);
}

#[test]
fn parameters_that_cannot_be_are_refused() {
    let psk = || psk("device-7", HashAlgorithm::Sha256);
    let refused = |parameters| psk().with_early_data(parameters).unwrap_err();
    let sha384 = CipherSuite::TLS_AES_256_GCM_SHA384;
    assert_eq!(refused(parameters(1, sha384)), PskError::EarlyDataSuiteMismatch);
    assert_eq!(refused(parameters(0, SUITE)), PskError::EarlyDataSizeZero);
    let long = parameters(1, SUITE).with_alpn(&[b'x'; 256]);
    assert_eq!(refused(long), PskError::BadProtocolName);
    // An imported one has a key for each hash.
    assert!(psk().with_context(b"a to b").unwrap().with_early_data(parameters(1, sha384)).is_ok());
}

#[test]
fn an_imported_psk_sends_early_data_with_the_key_of_its_suite() {
    for suite in [SUITE, CipherSuite::TLS_AES_256_GCM_SHA384] {
        let imported = psk("device-7", HashAlgorithm::Sha256).with_context(b"a to b").unwrap();
        let imported = imported.with_early_data(parameters(MAX, suite)).unwrap();
        let (mut client, mut server) = early(&imported);
        // The hash of the first suite is the first that is offered.
        let suites = [suite, CipherSuite::TLS_AES_128_GCM_SHA256];
        client.parameters_mut().set_cipher_suites(&suites).unwrap();
        server.parameters_mut().set_cipher_suites(&suites).unwrap();
        let mut pair = started(client, server, b"early");
        decide(&mut pair, true);
        assert_eq!(pair.assert_connected().cipher_suite, suite);
        assert_eq!(early_data(&pair.server_events), b"early");
    }
}

/// Configurations that share a PSK and resume with early data, and a session of theirs.
fn with_ticket() -> (ClientConfig, ServerConfig, Session) {
    let psk = psk("device-7", HashAlgorithm::Sha256);
    let mut client = ClientConfig::new();
    client.set_psk_kinds(PskKinds::Both).unwrap();
    client.append_psk(&psk).unwrap();
    client.set_early_data(true);
    let mut server = ServerConfig::new();
    server.set_psk_kinds(PskKinds::Both).unwrap();
    server.append_psk(&psk).unwrap();
    server.set_early_data(EarlyDataPolicy::Application);
    let mut policy = TicketPolicy::new(SealingKeys::new(&[[1; 32]]).unwrap());
    policy.set_early_data(MAX, b"one store").unwrap();
    server.set_tickets(policy);

    let mut pair = Pair::new(client.clone(), server.clone());
    pair.client.set_time(NOW);
    pair.server.set_time(NOW);
    let pair = pair.handshake();
    pair.assert_connected();
    let session = pair.client_events.into_iter().find_map(|event| match event {
        Event::Session(session) => Some(session),
        _ => None,
    });
    (client, server, session.unwrap())
}

/// A client that has sent early data with its session, whose clock says `client_now`.
fn resumed(client_now: u64, server_now: u64) -> Pair {
    let (client, server, session) = with_ticket();
    assert_eq!(session.max_early_data(), MAX);
    let mut pair = Pair::new(client, server);
    pair.client.set_time(client_now);
    pair.server.set_time(server_now);
    pair.client.append_session(&session).unwrap();
    pair.client.start().unwrap();
    pair.client.send_early_data(b"early").unwrap();
    pair
}

#[test]
fn a_ticket_allows_early_data_while_its_age_is_what_the_client_says() {
    for difference in [0, 9_999, -9_999] {
        let server_now = (NOW + 60_000).checked_add_signed(difference).unwrap();
        let mut pair = resumed(NOW + 60_000, server_now);
        pair.run();
        let until = pair.server.early_data_request().unwrap().replayable_until;
        assert_eq!(until, Some(server_now + 20_000));
        decide(&mut pair, true);
        assert_eq!(pair.assert_connected().early_data, EarlyDataOutcome::Accepted);
        assert_eq!(early_data(&pair.server_events), b"early");
    }
    for difference in [10_001, -10_001, 3_600_000] {
        let mut pair =
            resumed(NOW + 60_000, (NOW + 60_000).checked_add_signed(difference).unwrap());
        pair.run();
        assert_rejected(&mut pair);
    }
}

#[test]
fn a_copy_of_a_resumption_is_too_old_when_it_need_not_be_remembered() {
    let mut pair = resumed(NOW + 60_000, NOW + 60_000);
    let flight = pair.client.poll_transmit().unwrap();
    pair.server.receive(&flight).unwrap();
    let until = pair.server.early_data_request().unwrap().replayable_until.unwrap();

    let (client, server, _) = with_ticket();
    let mut later = Pair::new(client, server).server;
    later.set_time(until + 1);
    later.receive(&flight).unwrap();
    assert_eq!(later.state(), "WAIT_FINISHED", "early data is skipped without a question");
}

#[test]
fn the_servers_record_size_limit_is_not_held_against_early_data() {
    let (mut client, mut server) = early(&early_psk(MAX, SUITE));
    client.parameters_mut().set_record_size_limit(Some(1000)).unwrap();
    server.parameters_mut().set_record_size_limit(Some(512)).unwrap();
    let data = vec![7; 16_000];
    let mut pair = started(client, server, &data);
    decide(&mut pair, true);
    pair.assert_connected();
    assert_eq!(early_data(&pair.server_events), data);
    pair.assert_echo(&data);
}
