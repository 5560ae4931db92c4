//! A peer that has the keys and breaks the rules: its messages are bent before they are protected, and its records after
//! that.

use tls_psk::wire::{ContentType, EncryptedExtensions, HandshakeType, KeyUpdate, NewSessionTicket};
use tls_psk::{ClientConfig, Connection, HashAlgorithm, KeyUpdateRequest, PskKinds, ServerConfig};

use crate::endpoints::{check_end, check_error};
use crate::input::Input;
use crate::puppet::{self, PuppetClient, PuppetPsk, PuppetServer, Wire, transmitted};
use crate::support::psk;

const IDENTITY: &str = "client1";

/// Plays the peer that the input describes, in one of the roles.
pub fn flights(input: &[u8]) {
    let mut input = Input::new(input);
    if input.byte() % 2 == 0 { to_server(&mut input) } else { to_client(&mut input) }
}

fn key() -> PuppetPsk {
    PuppetPsk::external(IDENTITY, HashAlgorithm::Sha256)
}

/// Bends a message and, mostly, puts its length right again.
fn bend(input: &mut Input<'_>, message: &mut Vec<u8>) {
    input.bend(message);
    if input.byte() % 8 != 0 && message.len() >= 4 {
        let length = (message.len() - 4) as u32;
        message[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
    }
}

/// Whether the connection is still alive behind the bytes.
fn feed(connection: &mut Connection, bytes: &[u8]) -> bool {
    match connection.receive(bytes) {
        Ok(()) => {
            // With both sides closed, it takes no more.
            while connection.poll_event().is_some() {}
            connection.state() != "CLOSED"
        }
        Err(error) => {
            check_error(error);
            check_end(connection);
            false
        }
    }
}

fn to_server(input: &mut Input<'_>) {
    let mut config = ServerConfig::new();
    config.append_psk(&psk(IDENTITY, HashAlgorithm::Sha256)).expect("one PSK");
    let mut server = puppet::server(config);
    let mut client = PuppetClient::new(vec![key()]);
    let mut hello = client.hello().encode().expect("it is short");
    let original = hello.clone();
    bend(input, &mut hello);
    let unchanged = hello == original;
    // Only a whole hello can be bound; a bent one goes as it is, or with a binder over what it became.
    let bound = if unchanged { client.bind(hello) } else { hello };
    let mut records = client.send_hello(&bound);
    input.bend(&mut records);
    if !feed(&mut server, &records) || server.state() != "WAIT_FINISHED" || !unchanged {
        return;
    }
    client.take_server_hello(&transmitted(&mut server));
    client.take_flight();
    let right = client.finished();
    let mut finished = right.clone();
    bend(input, &mut finished);
    let record = client.wire.handshake(&finished);
    if !feed(&mut server, &record) || server.state() != "CONNECTED" {
        return;
    }
    assert_eq!(finished, right, "another Finished was accepted");
    client.add(&finished);
    client.send_with_application_keys();
    afterwards(input, &mut server, &mut client.wire);
}

fn to_client(input: &mut Input<'_>) {
    let mut config = ClientConfig::new();
    config.set_psk_kinds(PskKinds::Both).expect("no PSK yet");
    config.append_psk(&psk(IDENTITY, HashAlgorithm::Sha256)).expect("one PSK");
    config.parameters_mut().set_allow_both_roles(true);
    let (mut client, mut server) = PuppetServer::start(config, vec![key()]);
    let hello = server.server_hello();
    let original = hello.encode().expect("it is short");
    let mut message = original.clone();
    bend(input, &mut message);
    let mut records = server.send_hello_message(&hello, &message);
    input.bend(&mut records);
    if !feed(&mut client, &records) || client.state() != "WAIT_EE" || message != original {
        return;
    }
    transmitted(&mut client);
    let mut extensions = EncryptedExtensions::default().encode().expect("they are short");
    bend(input, &mut extensions);
    let record = server.send(&extensions);
    if !feed(&mut client, &record) || client.state() != "WAIT_FINISHED" {
        return;
    }
    let right = server.finished();
    let mut finished = right.clone();
    bend(input, &mut finished);
    let record = server.wire.handshake(&finished);
    if !feed(&mut client, &record) || client.state() != "CONNECTED" {
        return;
    }
    assert_eq!(finished, right, "another Finished was accepted");
    server.add(&finished);
    server.send_with_application_keys();
    afterwards(input, &mut client, &mut server.wire);
}

/// Messages, data and alerts behind the handshake, valid or not.
fn afterwards(input: &mut Input<'_>, connection: &mut Connection, wire: &mut Wire) {
    while !input.is_empty() {
        let mut message = match input.byte() % 4 {
            0 => KeyUpdate { request_update: KeyUpdateRequest(input.byte() % 3) }.encode(),
            1 => NewSessionTicket {
                ticket_lifetime: 60,
                ticket_age_add: 1,
                ticket_nonce: input.bytes(4).to_vec(),
                ticket: input.bytes(40).to_vec(),
                max_early_data_size: None,
            }
            .encode(),
            _ => Ok([&[input.byte(), 0, 0, 0][..], input.bytes(30)].concat()),
        }
        .unwrap_or_default();
        bend(input, &mut message);
        // A real KeyUpdate changes the peer's keys, which this peer then does not follow.
        let updates = message.first() == Some(&HandshakeType::KEY_UPDATE.0);
        let content_type =
            [ContentType::HANDSHAKE, ContentType::APPLICATION_DATA, ContentType::ALERT]
                [input.below(3)];
        let mut record = wire.record(content_type, &message);
        input.bend(&mut record);
        if !feed(connection, &record) || updates {
            return;
        }
        transmitted(connection);
    }
}
