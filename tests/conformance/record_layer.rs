//! Records: their lengths, types and protection, and what may come between them.

use tls_psk::crypto::{AeadAlgorithm, TAG_LEN};
use tls_psk::wire::{ContentType, EncryptedExtensions};
use tls_psk::{Connection, Error, Event, Violation};

use super::client_hello::bound;
use super::puppet::{
    Abort, PuppetClient, PuppetServer, Wire, assert_aborted, assert_ended_silently, message,
    plaintext, server, transmitted,
};
use super::{Alert, client_config, server_config, shared_psk, test, violation};

const MAX: usize = 1 << 14;
const OVERFLOW: Abort = violation(Violation::RecordOverflow, Alert::RECORD_OVERFLOW);
const BAD_MAC: Abort = violation(Violation::BadRecordMac, Alert::BAD_RECORD_MAC);
const UNPROTECTED: Abort = violation(Violation::UnprotectedRecord, Alert::UNEXPECTED_MESSAGE);
const EMPTY: Abort = violation(Violation::EmptyRecord, Alert::UNEXPECTED_MESSAGE);
const UNKNOWN_TYPE: Abort = violation(Violation::UnknownContentType, Alert::UNEXPECTED_MESSAGE);
const INTERLEAVED: Abort = violation(Violation::InterleavedHandshake, Alert::UNEXPECTED_MESSAGE);
const BAD_CCS: Abort = violation(Violation::UnexpectedChangeCipherSpec, Alert::UNEXPECTED_MESSAGE);

/// A connected server and a connected client, each with the wire of its peer.
fn connected() -> [(Connection, Wire); 2] {
    let (puppet, server) = PuppetClient::connected(server_config(), shared_psk());
    let (client, other) = PuppetServer::connected(client_config(), vec![shared_psk()]);
    [(server, puppet.wire), (client, other.wire)]
}

/// A server that waits for Finished and a client that waits for EncryptedExtensions.
fn shaking_hands() -> [(Connection, Wire); 2] {
    let (puppet, server) = PuppetClient::before_finished(server_config(), shared_psk());
    let (client, other) = PuppetServer::before_extensions(client_config(), vec![shared_psk()]);
    [(server, puppet.wire), (client, other.wire)]
}

/// Both sides, connected, abort on the bytes.
fn assert_refused(row: &str, bytes: impl Fn(&mut Wire) -> Vec<u8>, abort: Abort) {
    for (mut connection, mut wire) in connected() {
        let result = connection.receive(&bytes(&mut wire));
        assert_aborted(row, &mut connection, result, &mut wire, abort);
    }
}

/// The data that the connection delivers.
fn data(connection: &mut Connection) -> Vec<u8> {
    let mut data = Vec::new();
    while let Some(event) = connection.poll_event() {
        if let Event::Data(bytes) = event {
            data.extend(bytes);
        }
    }
    data
}

#[test]
fn a_plaintext_record_is_refused_by_a_length_above_16384() {
    for length in [MAX + 1, 0xffff] {
        let [high, low] = (length as u16).to_be_bytes();
        for content_type in [20, 21, 22] {
            let mut server = server(server_config());
            let result = server.receive(&[content_type, 3, 1, high, low]);
            assert_aborted("a header", &mut server, result, &mut Wire::default(), OVERFLOW);
        }
    }
    // The longest valid record only waits for its body.
    let mut server = server(server_config());
    assert_eq!(server.receive(&[22, 3, 1, 0x40, 0]), Ok(()));
}

#[test]
fn a_protected_record_is_refused_by_a_length_above_16640_before_it_is_opened() {
    for length in [MAX + 257, 0xffff] {
        let [high, low] = (length as u16).to_be_bytes();
        assert_refused("a header", |_| vec![23, 3, 3, high, low], OVERFLOW);
    }
    for (mut connection, _) in connected() {
        assert_eq!(connection.receive(&[23, 3, 3, 0x41, 0]), Ok(()));
    }
}

#[test]
fn an_inner_plaintext_has_at_most_16384_bytes_and_its_type() {
    let padded = |content, padding| {
        move |wire: &mut Wire| {
            wire.padded(ContentType::APPLICATION_DATA, &vec![7; content], padding)
        }
    };
    for (row, content, padding) in [
        ("too much content", MAX + 1, 0),
        ("too much padding", MAX, 1),
        ("padding only", 0, MAX + 1),
    ] {
        assert_refused(row, padded(content, padding), OVERFLOW);
    }
    // A length that is valid in the header, but not for an inner plaintext.
    assert_refused("16640 bytes", padded(MAX + 239, 0), OVERFLOW);
    for (content, padding) in [(MAX, 0), (MAX - 1, 1), (1, MAX - 1)] {
        for (mut connection, mut wire) in connected() {
            let record = padded(content, padding)(&mut wire);
            assert_eq!(connection.receive(&record), Ok(()));
            assert_eq!(data(&mut connection).len(), content);
        }
    }
}

#[test]
fn a_ciphertext_shorter_than_a_tag_and_a_type_is_refused() {
    for length in 0..=TAG_LEN as u8 {
        let record = [&[23, 3, 3, 0, length][..], &vec![7; length.into()]].concat();
        assert_refused("short", |_| record.clone(), BAD_MAC);
    }
    // A valid tag over an empty plaintext opens to an empty plaintext (section 5.4).
    let (mut puppet, mut server) = PuppetClient::connected(server_config(), shared_psk());
    let result = server.receive(&puppet.seal_nothing());
    let abort = violation(Violation::NoContentType, Alert::UNEXPECTED_MESSAGE);
    assert_aborted("a tag over nothing", &mut server, result, &mut puppet.wire, abort);
}

#[test]
fn no_bit_of_a_protected_record_may_be_another() {
    for at in 1..5 + 4 + 1 + TAG_LEN {
        // The length's own bits make another record of it, which waits for more.
        if at == 3 || at == 4 {
            continue;
        }
        let flipped = |wire: &mut Wire| {
            let mut record = wire.data(b"data");
            record[at] ^= 1 << (at % 8);
            record
        };
        assert_refused(&format!("byte {at}"), flipped, BAD_MAC);
    }
    let shorter = |wire: &mut Wire| {
        let mut record = wire.data(b"data");
        record[4] -= 1;
        record
    };
    assert_refused("a length of one less", shorter, BAD_MAC);
    let longer = |wire: &mut Wire| {
        let mut record = wire.data(b"data");
        record[4] += 1;
        [record, vec![0]].concat()
    };
    assert_refused("a length of one more", longer, BAD_MAC);
    for outer in [21, 22] {
        let retyped = |wire: &mut Wire| {
            let mut record = wire.data(b"data");
            record[0] = outer;
            record
        };
        assert_refused("another outer type", retyped, UNPROTECTED);
    }
}

#[test]
fn records_come_once_and_in_order() {
    for (row, order) in [("replayed", [0, 0]), ("dropped", [1, 2]), ("reordered", [0, 2])] {
        for (mut connection, mut wire) in connected() {
            let records = [b"one", b"two", b"six"].map(|text| wire.data(text));
            let result = order.into_iter().try_for_each(|which| {
                while connection.poll_event().is_some() {}
                connection.receive(&records[which])
            });
            assert_aborted(row, &mut connection, result, &mut wire, BAD_MAC);
        }
    }
}

#[test]
fn a_record_without_a_content_type_is_unexpected() {
    let abort = violation(Violation::NoContentType, Alert::UNEXPECTED_MESSAGE);
    for zeros in [0, 1, 1000, MAX] {
        let record = |wire: &mut Wire| wire.padded(ContentType(0), &vec![0; zeros], 0);
        assert_refused(&format!("{zeros} zeros"), record, abort);
    }
}

#[test]
fn empty_records_of_other_types_than_data_are_unexpected() {
    for padding in [0, 100] {
        for content_type in [ContentType::HANDSHAKE, ContentType::ALERT] {
            let record = |wire: &mut Wire| wire.padded(content_type, &[], padding);
            assert_refused("empty", record, EMPTY);
        }
        let record = |wire: &mut Wire| wire.padded(ContentType::CHANGE_CIPHER_SPEC, &[], padding);
        assert_refused("an empty change_cipher_spec", record, BAD_CCS);
    }
    for content_type in [21, 22] {
        let mut server = server(server_config());
        let result = server.receive(&plaintext(content_type, &[]));
        assert_aborted("in clear", &mut server, result, &mut Wire::default(), EMPTY);
    }
}

#[test]
fn empty_data_records_are_taken_up_to_32_in_a_row() {
    for (mut connection, mut wire) in connected() {
        for _ in 0..3 {
            for _ in 0..32 {
                assert_eq!(connection.receive(&wire.data(&[])), Ok(()));
            }
            assert_eq!(connection.receive(&wire.data(b"x")), Ok(()));
        }
        assert_eq!(data(&mut connection), b"xxx");
        let result = (0..33).try_for_each(|_| connection.receive(&wire.data(&[])));
        let abort = violation(Violation::TooManyEmptyRecords, Alert::UNEXPECTED_MESSAGE);
        assert_aborted("33 of them", &mut connection, result, &mut wire, abort);
    }
}

#[test]
fn user_canceled_is_taken_up_to_32_times_without_data_between() {
    let abort = violation(Violation::TooManyEmptyRecords, Alert::UNEXPECTED_MESSAGE);
    let canceled = |wire: &mut Wire| wire.record(ContentType::ALERT, &[1, 90]);
    let fresh = [(server(server_config()), Wire::default())];
    for (mut connection, mut wire) in fresh.into_iter().chain(shaking_hands()).chain(connected()) {
        for _ in 0..32 {
            assert_eq!(connection.receive(&canceled(&mut wire)), Ok(()));
        }
        while connection.poll_event().is_some() {}
        let result = connection.receive(&canceled(&mut wire));
        assert_aborted("33 of them", &mut connection, result, &mut wire, abort);
    }
    // They count together with other empty records, and data resets the count.
    for (mut connection, mut wire) in connected() {
        for _ in 0..2 {
            for _ in 0..16 {
                let both = [canceled(&mut wire), wire.data(&[])].concat();
                assert_eq!(connection.receive(&both), Ok(()));
            }
            assert_eq!(connection.receive(&wire.data(b"x")), Ok(()));
        }
        while connection.poll_event().is_some() {}
        let result = (0..17).try_for_each(|_| {
            let both = [canceled(&mut wire), wire.data(&[])].concat();
            connection.receive(&both)
        });
        assert_aborted("both", &mut connection, result, &mut wire, abort);
    }
}

#[test]
fn nothing_comes_between_the_fragments_of_a_message() {
    let update = message(24, &[0]);
    for (row, content_type, content) in [
        ("data", ContentType::APPLICATION_DATA, &b"data"[..]),
        ("empty data", ContentType::APPLICATION_DATA, b""),
        ("close_notify", ContentType::ALERT, &[1, 0]),
        ("user_canceled", ContentType::ALERT, &[1, 90]),
    ] {
        let between = |wire: &mut Wire| {
            let first = wire.record(ContentType::HANDSHAKE, &update[..2]);
            let second = wire.record(content_type, content);
            [first, second, wire.record(ContentType::HANDSHAKE, &update[2..])].concat()
        };
        assert_refused(row, between, INTERLEAVED);
    }
    // A change_cipher_spec where it would otherwise be allowed.
    for (mut connection, mut wire) in shaking_hands() {
        let half = wire.record(ContentType::HANDSHAKE, &[20, 0]);
        let result = connection.receive(&[half, plaintext(20, &[1])].concat());
        let row = "change_cipher_spec";
        assert_aborted(row, &mut connection, result, &mut wire, INTERLEAVED);
    }
    // An error is still reported.
    for (mut connection, mut wire) in connected() {
        let half = wire.record(ContentType::HANDSHAKE, &update[..2]);
        let alert = wire.alert(Alert::INTERNAL_ERROR);
        let result = connection.receive(&[half, alert].concat());
        let error = Error::AlertReceived(Alert::INTERNAL_ERROR);
        assert_ended_silently("an error", &mut connection, result, error);
    }
}

#[test]
fn messages_may_be_cut_to_bytes_and_joined_in_one_record() {
    // A ClientHello and a Finished, one byte in each record.
    let mut puppet = PuppetClient::new(vec![shared_psk()]);
    let hello = puppet.bind(puppet.hello().encode().unwrap());
    puppet.send_hello(&hello);
    let mut server = server(server_config());
    for byte in &hello {
        server.receive(&plaintext(22, &[*byte])).unwrap();
    }
    puppet.take_server_hello(&transmitted(&mut server));
    puppet.take_flight();
    for byte in puppet.finished() {
        server.receive(&puppet.wire.record(ContentType::HANDSHAKE, &[byte])).unwrap();
    }
    assert_eq!(server.state(), "CONNECTED");

    for size in [1, 1000] {
        let (mut client, mut puppet) = PuppetServer::start(client_config(), vec![shared_psk()]);
        let hello = puppet.server_hello();
        let record = puppet.send_hello(&hello);
        for fragment in record[5..].chunks(size) {
            client.receive(&plaintext(22, fragment)).unwrap();
        }
        let extensions = EncryptedExtensions::default().encode().unwrap();
        puppet.add(&extensions);
        let finished = puppet.finished();
        puppet.add(&finished);
        for fragment in [extensions, finished].concat().chunks(size) {
            client.receive(&puppet.wire.record(ContentType::HANDSHAKE, fragment)).unwrap();
        }
        assert_eq!(client.state(), "CONNECTED");
        puppet.take_finished(&transmitted(&mut client));
        let tickets = message(4, &[0; 9]).repeat(5);
        client.receive(&puppet.wire.handshake(&tickets)).unwrap();
    }
}

#[test]
fn an_alert_record_is_one_alert() {
    let abort = Abort(Error::Violation(Violation::BadAlertRecord), Alert::DECODE_ERROR);
    for (row, content) in
        [("half", &[2][..]), ("one and a half", &[1, 90, 2]), ("two", &[1, 90, 1, 0])]
    {
        assert_refused(row, |wire| wire.record(ContentType::ALERT, content), abort);
        let mut server = server(server_config());
        let result = server.receive(&plaintext(21, content));
        assert_aborted(row, &mut server, result, &mut Wire::default(), abort);
    }
}

#[test]
fn nothing_unprotected_is_taken_once_the_handshake_is_complete() {
    // An attacker's close_notify would pass for the end of the peer's data.
    for (row, record) in [
        ("close_notify", plaintext(21, &[1, 0])),
        ("an error", plaintext(21, &[2, 40])),
        ("user_canceled", plaintext(21, &[1, 90])),
        ("a KeyUpdate", plaintext(22, &[24, 0, 0, 1, 0])),
        ("an empty handshake record", plaintext(22, &[])),
    ] {
        assert_refused(row, |_| record.clone(), UNPROTECTED);
        // There is no exception for a key that has opened nothing yet.
        let updated =
            |wire: &mut Wire| [wire.handshake(&message(24, &[0])), record.clone()].concat();
        assert_refused(row, updated, UNPROTECTED);
    }
    assert_refused("data", |_| plaintext(23, b"data"), BAD_MAC);
}

#[test]
fn during_the_handshake_an_unprotected_alert_ends_it_and_nothing_else_is_taken() {
    for (mut connection, mut wire) in shaking_hands() {
        let result = connection.receive(&plaintext(22, &[20, 0, 0, 0]));
        assert_aborted("a Finished", &mut connection, result, &mut wire, UNPROTECTED);
    }
    // A peer that cannot read our hello has no key to protect an alert with.
    for (content, error) in [
        ([2, 40], Error::AlertReceived(Alert::HANDSHAKE_FAILURE)),
        ([1, 0], Error::ClosedDuringHandshake),
    ] {
        for (mut connection, _) in shaking_hands() {
            let result = connection.receive(&plaintext(21, &content));
            assert_ended_silently("an alert", &mut connection, result, error);
        }
    }
    // This ends once the peer has shown that it has the keys.
    let (mut client, mut puppet) =
        PuppetServer::before_finished(client_config(), vec![shared_psk()]);
    let result = client.receive(&plaintext(21, &[2, 40]));
    assert_aborted("an alert", &mut client, result, &mut puppet.wire, UNPROTECTED);
}

#[test]
fn unknown_content_types_are_unexpected_outside_and_inside() {
    for content_type in [0, 19, 24, 25, 99, 255] {
        let outside = |_: &mut Wire| plaintext(content_type, &[1]);
        assert_refused(&format!("{content_type} outside"), outside, UNKNOWN_TYPE);
        let inside = |wire: &mut Wire| wire.record(ContentType(content_type), &[1]);
        if content_type != 0 {
            assert_refused(&format!("{content_type} inside"), inside, UNKNOWN_TYPE);
        }
        let mut server = server(server_config());
        let result = server.receive(&[content_type]);
        assert_aborted("first", &mut server, result, &mut Wire::default(), UNKNOWN_TYPE);
    }
}

#[test]
fn the_version_of_a_record_is_ignored() {
    let hello = bound(|_| ());
    for version in [[0, 0], [3, 0], [3, 1], [3, 4], [0xff, 0xff]] {
        let mut record = plaintext(22, &hello);
        record[1..3].copy_from_slice(&version);
        let mut server = server(server_config());
        server.receive(&record).unwrap();
        assert_eq!(server.state(), "WAIT_FINISHED");
    }
}

#[test]
fn the_compatibility_change_cipher_spec_is_dropped_during_the_handshake() {
    let ccs = plaintext(20, &[1]);
    let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
    for _ in 0..8 {
        server.receive(&ccs).unwrap();
    }
    let finished = puppet.finished();
    // It has no sequence number, so the next record still has its own.
    server.receive(&puppet.wire.handshake(&finished)).unwrap();
    assert_eq!(server.state(), "CONNECTED");

    let (mut client, mut puppet) =
        PuppetServer::before_extensions(client_config(), vec![shared_psk()]);
    client.receive(&ccs).unwrap();
    let extensions = EncryptedExtensions::default().encode().unwrap();
    client.receive(&puppet.send(&extensions)).unwrap();
    client.receive(&ccs).unwrap();
    let finished = puppet.finished();
    client.receive(&puppet.send(&finished)).unwrap();
    assert_eq!(client.state(), "CONNECTED");
}

#[test]
fn any_other_change_cipher_spec_is_unexpected() {
    for (row, content) in [("0", &[0][..]), ("2", &[2]), ("two bytes", &[1, 1]), ("empty", &[])] {
        for (mut connection, mut wire) in shaking_hands() {
            let result = connection.receive(&plaintext(20, content));
            assert_aborted(row, &mut connection, result, &mut wire, BAD_CCS);
        }
    }
    for (mut connection, mut wire) in shaking_hands() {
        let result = connection.receive(&wire.record(ContentType::CHANGE_CIPHER_SPEC, &[1]));
        assert_aborted("protected", &mut connection, result, &mut wire, BAD_CCS);
    }
    for (mut connection, mut wire) in shaking_hands() {
        let result = connection.receive(&plaintext(20, &[1]).repeat(1000));
        assert_aborted("a thousand", &mut connection, result, &mut wire, BAD_CCS);
    }
    let mut server = server(server_config());
    let result = server.receive(&plaintext(20, &[1]));
    assert_aborted("before a hello", &mut server, result, &mut Wire::default(), BAD_CCS);
    assert_refused("after Finished", |_| plaintext(20, &[1]), BAD_CCS);
}

#[test]
fn every_type_of_record_may_be_padded_to_the_limit() {
    let (mut puppet, mut server) = PuppetClient::before_finished(server_config(), shared_psk());
    let finished = puppet.finished();
    let padding = MAX - finished.len();
    server.receive(&puppet.wire.padded(ContentType::HANDSHAKE, &finished, padding)).unwrap();
    assert_eq!(server.state(), "CONNECTED");
    for (mut connection, mut wire) in connected() {
        let record = wire.padded(ContentType::APPLICATION_DATA, b"padded", MAX - 6);
        connection.receive(&record).unwrap();
        assert_eq!(data(&mut connection), b"padded");
        connection.receive(&wire.padded(ContentType::ALERT, &[1, 0], MAX - 2)).unwrap();
        assert!(std::iter::from_fn(|| connection.poll_event()).any(|e| e == Event::CloseNotify));
    }
}

/// A connected server and client that both have a limit of 100 bytes.
fn limited(limit: u16) -> [(Connection, Wire); 2] {
    let mut config = server_config();
    config.parameters_mut().set_record_size_limit(Some(100)).unwrap();
    config.parameters_mut().set_padding_multiple(48);
    let mut server = server(config);
    let mut puppet = PuppetClient::new(vec![shared_psk()]);
    let mut hello = puppet.hello();
    hello.extensions.record_size_limit = Some(limit);
    let hello = puppet.bind(hello.encode().unwrap());
    server.receive(&puppet.send_hello(&hello)).unwrap();
    puppet.take_server_hello(&transmitted(&mut server));
    assert_eq!(puppet.take_flight().record_size_limit, Some(100));
    let finished = puppet.finished();
    server.receive(&puppet.wire.handshake(&finished)).unwrap();
    puppet.send_with_application_keys();
    while server.poll_event().is_some() {}

    let mut config = client_config();
    config.parameters_mut().set_record_size_limit(Some(100)).unwrap();
    config.parameters_mut().set_padding_multiple(48);
    let (mut client, mut other) = PuppetServer::before_extensions(config, vec![shared_psk()]);
    assert_eq!(other.hello.extensions.record_size_limit, Some(100));
    let extensions =
        EncryptedExtensions { record_size_limit: Some(limit), ..EncryptedExtensions::default() };
    client.receive(&other.send(&extensions.encode().unwrap())).unwrap();
    let finished = other.finished();
    client.receive(&other.send(&finished)).unwrap();
    other.take_finished(&transmitted(&mut client));
    while client.poll_event().is_some() {}
    [(server, puppet.wire), (client, other.wire)]
}

#[test]
fn a_record_above_the_limit_that_we_told_is_an_overflow() {
    for (content, padding) in [(100, 0), (99, 1), (1, 99)] {
        for (mut connection, mut wire) in limited(64) {
            let record = wire.padded(ContentType::APPLICATION_DATA, &vec![7; content], padding);
            let result = connection.receive(&record);
            assert_aborted("101 bytes", &mut connection, result, &mut wire, OVERFLOW);
        }
    }
    for (content, padding) in [(99, 0), (98, 1), (1, 98)] {
        for (mut connection, mut wire) in limited(64) {
            let record = wire.padded(ContentType::APPLICATION_DATA, &vec![7; content], padding);
            assert_eq!(connection.receive(&record), Ok(()));
        }
    }
}

#[test]
fn our_records_keep_to_the_limit_that_we_were_told() {
    for (limit, longest) in [(64, 64), (1000, 1000), (0x4001, MAX + 1), (0xffff, MAX + 1)] {
        for (mut connection, mut wire) in limited(limit) {
            let text = vec![7; 40_000];
            connection.send(&text).unwrap();
            let bytes = transmitted(&mut connection);
            let mut rest = &bytes[..];
            while let [23, 3, 3, high, low, tail @ ..] = rest {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                assert!(length <= longest + TAG_LEN, "{length} for a limit of {limit}");
                rest = &tail[length..];
            }
            assert!(rest.is_empty());
            wire.feed(&bytes);
            let records = std::iter::from_fn(|| wire.next_record());
            assert_eq!(records.flat_map(|record| record.content).collect::<Vec<_>>(), text);
        }
    }
}

#[test]
fn keys_are_changed_before_their_limit() {
    // 2^24.5 full-size records are what AES-GCM may protect with one key.
    for algorithm in [AeadAlgorithm::Aes128Gcm, AeadAlgorithm::Aes256Gcm] {
        assert!(algorithm.record_limit() <= 23_726_566);
    }
    let mut config = server_config();
    config.parameters_mut().set_rekey_after_records(3);
    let (mut puppet, mut server) = PuppetClient::connected(config, shared_psk());
    server.send(&vec![7; 8 * MAX]).unwrap();
    puppet.wire.feed(&transmitted(&mut server));
    let mut types = Vec::new();
    while let Some(record) = puppet.wire.next_record() {
        types.push(record.content_type.0);
        if record.content_type == ContentType::HANDSHAKE {
            assert_eq!(record.content, message(24, &[0]));
            puppet.update_receiving();
        }
    }
    assert_eq!(types, [23, 23, 23, 22, 23, 23, 23, 22, 23, 23]);
}
