//! Alerts and closure, and messages in states that do not have them.

use tls_psk::wire::{ContentType, EncryptedExtensions};
use tls_psk::{Connection, Error, Event, Usage, Violation};

use super::puppet::{
    PuppetClient, PuppetServer, Wire, assert_aborted, assert_ended_silently, message, plaintext,
    server, transmitted,
};
use super::{Alert, client_config, server_config, shared_psk, test, undecodable, unexpected};

/// A connected server and a connected client, each with the wire of its peer.
fn connected() -> [(Connection, Wire); 2] {
    let (puppet, server) = PuppetClient::connected(server_config(), shared_psk());
    let (client, other) = PuppetServer::connected(client_config(), vec![shared_psk()]);
    [(server, puppet.wire), (client, other.wire)]
}

/// Connections in every state of the handshake before its end, each with the wire of its peer.
fn unfinished() -> Vec<(Connection, Wire)> {
    let psks = || vec![shared_psk()];
    let (puppet, waiting) = PuppetClient::before_finished(server_config(), shared_psk());
    let mut states = vec![(server(server_config()), Wire::default()), (waiting, puppet.wire)];
    for (client, puppet) in [
        PuppetServer::start(client_config(), psks()),
        PuppetServer::before_extensions(client_config(), psks()),
        PuppetServer::before_finished(client_config(), psks()),
    ] {
        states.push((client, puppet.wire));
    }
    let names: Vec<&str> = states.iter().map(|(connection, _)| connection.state()).collect();
    assert_eq!(names, ["START", "WAIT_FINISHED", "WAIT_SH", "WAIT_EE", "WAIT_FINISHED"]);
    states
}

#[test]
fn an_error_alert_ends_the_connection_unanswered_whatever_its_level_and_code() {
    for code in [10, 20, 40, 51, 80, 116, 120, 1, 77, 200, 255] {
        for level in [0, 1, 2, 3, 255] {
            let error = Error::AlertReceived(Alert(code));
            for (mut connection, mut wire) in connected().into_iter().chain(unfinished()) {
                let result = connection.receive(&wire.record(ContentType::ALERT, &[level, code]));
                assert_ended_silently("an error", &mut connection, result, error);
            }
        }
    }
}

#[test]
fn user_canceled_is_passed_over_until_close_notify_comes() {
    for level in [1, 2] {
        for (mut connection, mut wire) in connected() {
            let canceled = wire.record(ContentType::ALERT, &[level, 90]);
            connection.receive(&canceled).unwrap();
            connection.receive(&wire.data(b"more")).unwrap();
            connection.receive(&wire.record(ContentType::ALERT, &[1, 0])).unwrap();
            let events: Vec<Event> = std::iter::from_fn(|| connection.poll_event()).collect();
            assert!(events.contains(&Event::Data(b"more".to_vec())));
            assert_eq!(events.last(), Some(&Event::CloseNotify));
        }
        for (mut connection, mut wire) in unfinished() {
            let state = connection.state();
            connection.receive(&wire.record(ContentType::ALERT, &[level, 90])).unwrap();
            assert_eq!(connection.state(), state);
            let result = connection.receive(&wire.record(ContentType::ALERT, &[level, 0]));
            let error = Error::ClosedDuringHandshake;
            assert_ended_silently(state, &mut connection, result, error);
        }
    }
}

#[test]
fn close_notify_during_the_handshake_is_a_failure() {
    for (mut connection, mut wire) in unfinished() {
        let state = connection.state();
        let result = connection.receive(&wire.record(ContentType::ALERT, &[1, 0]));
        assert_ended_silently(state, &mut connection, result, Error::ClosedDuringHandshake);
    }
}

#[test]
fn after_close_notify_everything_is_ignored_and_the_end_is_told_once() {
    for level in [0, 1, 2, 255] {
        for (mut connection, mut wire) in connected() {
            let close = wire.record(ContentType::ALERT, &[level, 0]);
            let late = wire.data(b"late");
            connection.receive(&[close.clone(), late.clone(), vec![99; 40]].concat()).unwrap();
            for bytes in [&close[..], &late, b"GET / HTTP/1.1\r\n\r\n", &plaintext(22, &[1])] {
                assert_eq!(connection.receive(bytes), Ok(()));
            }
            assert_eq!(connection.transport_closed(), Ok(()));
            let events: Vec<Event> = std::iter::from_fn(|| connection.poll_event()).collect();
            let ends = events.iter().filter(|event| **event == Event::CloseNotify).count();
            assert_eq!((ends, events.len()), (1, 2), "{events:?}");
            assert_eq!(connection.state(), "CONNECTED");
        }
    }
}

#[test]
fn each_direction_is_closed_by_itself() {
    for (mut connection, mut wire) in connected() {
        // The peer's close_notify first: this side may still write.
        connection.receive(&wire.record(ContentType::ALERT, &[1, 0])).unwrap();
        connection.send(b"still here").unwrap();
        wire.feed(&transmitted(&mut connection));
        assert_eq!(wire.next_record().unwrap().content, b"still here");
        connection.close().unwrap();
        wire.feed(&transmitted(&mut connection));
        assert_eq!(wire.next_record().unwrap().content, [1, 0]);
        assert_eq!((connection.state(), connection.send(b"x")), ("CLOSED", closed()));
    }
    for (mut connection, mut wire) in connected() {
        // This side's close_notify first: it still reads.
        connection.close().unwrap();
        wire.feed(&transmitted(&mut connection));
        assert_eq!(wire.next_record().unwrap().content, [1, 0]);
        while connection.poll_event().is_some() {}
        connection.receive(&wire.data(b"an answer")).unwrap();
        assert_eq!(connection.poll_event(), Some(Event::Data(b"an answer".to_vec())));
        // Nothing more is sent: no data, second close_notify, answer to a KeyUpdate or alert.
        assert_eq!(connection.send(b"x"), closed());
        let request = tls_psk::wire::KeyUpdateRequest::UPDATE_NOT_REQUESTED;
        assert_eq!(connection.update_keys(request), closed());
        assert_eq!(connection.close(), Ok(()));
        connection.receive(&wire.handshake(&message(24, &[1]))).unwrap();
        assert_eq!(connection.poll_transmit(), None);
        let bad = connection.receive(&plaintext(24, &[0]));
        assert_eq!(bad, Err(Violation::UnknownContentType.into()));
        assert_eq!((connection.state(), connection.poll_transmit()), ("FAILED", None));
    }
}

fn closed() -> Result<(), Error> {
    Err(Usage::ClosedForSending.into())
}

#[test]
fn an_end_without_close_notify_is_a_truncation_or_in_the_handshake_a_refusal() {
    for (mut connection, mut wire) in connected() {
        connection.receive(&wire.data(b"the first half")).unwrap();
        let half = wire.data(b"the second half");
        connection.receive(&half[..half.len() - 1]).unwrap();
        assert_eq!(connection.poll_event(), Some(Event::Data(b"the first half".to_vec())));
        let result = connection.transport_closed();
        assert_ended_silently("connected", &mut connection, result, Error::Truncated);
    }
    for (mut connection, _) in unfinished() {
        let state = connection.state();
        let result = connection.transport_closed();
        assert_ended_silently(state, &mut connection, result, Error::ClosedDuringHandshake);
    }
}

#[test]
fn a_connection_that_is_given_up_says_so_and_is_over() {
    for (mut connection, mut wire) in unfinished() {
        let state = connection.state();
        connection.close().unwrap();
        wire.feed(&transmitted(&mut connection));
        let mut alerts = Vec::new();
        while let Some(record) = wire.next_record() {
            if record.content_type == ContentType::ALERT {
                alerts.push(record.content);
            }
        }
        assert_eq!(alerts, [[1, 90], [1, 0]], "{state}");
        let over = Err(Usage::ConnectionClosed.into());
        assert_eq!(connection.receive(&wire.data(b"late")), over, "{state}");
        assert_eq!((connection.send(b"x"), connection.close()), (over, Ok(())), "{state}");
        assert_eq!((connection.state(), connection.poll_transmit()), ("CLOSED", None), "{state}");
    }
}

/// Every handshake type with its shortest body, known and unknown ones.
fn every_message() -> Vec<(&'static str, Vec<u8>)> {
    [
        ("an unknown handshake message", 0, 0),
        ("client_hello", 1, 0),
        ("server_hello", 2, 0),
        ("an unknown handshake message", 3, 0),
        ("new_session_ticket", 4, 0),
        ("end_of_early_data", 5, 0),
        ("an unknown handshake message", 6, 0),
        ("encrypted_extensions", 8, 2),
        ("certificate", 11, 4),
        ("an unknown handshake message", 12, 0),
        ("certificate_request", 13, 3),
        ("an unknown handshake message", 14, 0),
        ("certificate_verify", 15, 4),
        ("an unknown handshake message", 16, 0),
        ("finished", 20, 32),
        ("key_update", 24, 1),
        ("an unknown handshake message", 25, 0),
        ("message_hash", 254, 32),
        ("an unknown handshake message", 255, 0),
    ]
    .map(|(name, msg_type, len)| (name, message(msg_type, &vec![0; len])))
    .to_vec()
}

#[test]
fn every_state_refuses_the_messages_of_others() {
    // The messages that each state accepts, in the order of `unfinished`, then the connected server and client.
    let taken: [&[u8]; 7] = [&[1], &[20], &[2], &[8], &[20], &[24], &[4, 24]];
    for (name, message) in every_message() {
        let states = unfinished().into_iter().chain(connected());
        for ((mut connection, mut wire), taken) in states.zip(taken) {
            let state = connection.state();
            if taken.contains(&message[0]) {
                continue;
            }
            let result = connection.receive(&wire.handshake(&message));
            let row = format!("{name} ({}) in {state}", message[0]);
            let abort = unexpected(name, state);
            assert_aborted(&row, &mut connection, result, &mut wire, abort);
        }
    }
}

#[test]
fn a_message_too_long_is_refused_by_its_header_and_only_where_it_is_expected_for_its_length() {
    let taken: [&[(u8, &str)]; 7] = [
        &[(1, "ClientHello")],
        &[(20, "Finished")],
        &[(2, "ServerHello")],
        &[(8, "EncryptedExtensions")],
        &[(20, "Finished")],
        &[(24, "KeyUpdate")],
        &[(4, "NewSessionTicket"), (24, "KeyUpdate")],
    ];
    for msg_type in [0, 1, 2, 3, 4, 5, 8, 11, 13, 15, 20, 24, 99, 254, 255] {
        for length in [[0, 4, 1], [0, 64, 0], [0xff; 3]] {
            let states = unfinished().into_iter().chain(connected());
            for ((mut connection, mut wire), taken) in states.zip(taken) {
                let state = connection.state();
                let expected = taken.iter().find(|(expected, _)| *expected == msg_type);
                // Some are not too long yet, and wait for the body.
                let patient = [1, 2, 4, 8, 11, 13, 15].contains(&msg_type) && length[0] == 0;
                if patient {
                    continue;
                }
                let header = [msg_type, length[0], length[1], length[2]];
                let result = connection.receive(&wire.record(ContentType::HANDSHAKE, &header));
                let row = format!("type {msg_type} in {state}");
                let abort = match expected {
                    Some((_, structure)) => undecodable(structure),
                    None => unexpected(name_of(msg_type), state),
                };
                assert_aborted(&row, &mut connection, result, &mut wire, abort);
            }
        }
    }
}

/// The name of a type in [`every_message`].
fn name_of(msg_type: u8) -> &'static str {
    let messages = every_message();
    let known = messages.iter().find(|(_, message)| message[0] == msg_type);
    known.map_or("an unknown handshake message", |(name, _)| name)
}

#[test]
fn a_clients_alert_is_protected_once_it_has_the_keys() {
    // `assert_aborted` opens it; this checks the change_cipher_spec before it, for middleboxes.
    for (compatible, types) in [(true, &[20, 23][..]), (false, &[23])] {
        let mut config = client_config();
        config.parameters_mut().set_middlebox_compatibility(compatible);
        let (mut client, mut puppet) = PuppetServer::start(config, vec![shared_psk()]);
        let hello = puppet.server_hello();
        client.receive(&puppet.send_hello(&hello)).unwrap();
        let extensions = EncryptedExtensions { early_data: true, ..Default::default() };
        client.receive(&puppet.send(&extensions.encode().unwrap())).unwrap_err();
        let bytes = transmitted(&mut client);
        let mut sent = Vec::new();
        let mut rest = &bytes[..];
        while let [content_type, _, _, high, low, tail @ ..] = rest {
            sent.push(*content_type);
            rest = &tail[usize::from(u16::from_be_bytes([*high, *low]))..];
        }
        assert_eq!(sent, types);
    }
}
