//! The first inputs of the corpora.

use std::sync::Arc;
use tls_psk::{Connection, Entropy, Event};

use crate::endpoints::{NOW, configs, drain};

/// Inputs, each with its target and its name.
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    let (client, server) = configs();
    let (mut traced, mut tracing) = (client.as_ref().clone(), server.as_ref().clone());
    traced.parameters_mut().set_trace(true);
    tracing.parameters_mut().set_trace(true);
    let mut client = Connection::client(Arc::new(traced), Entropy::from_seed([1; 32]));
    let mut server = Connection::server(Arc::new(tracing), Entropy::from_seed([2; 32]));
    client.set_time(NOW);
    server.set_time(NOW);
    client.start().expect("a client starts");
    loop {
        let mut events = Vec::new();
        let there = drain(&mut client, |event| events.push(event));
        server.receive(&there).expect("an honest client");
        let back = drain(&mut server, |event| events.push(event));
        client.receive(&back).expect("an honest server");
        for event in events {
            match event {
                Event::Message { name, bytes, .. } => {
                    if name.ends_with("hello") {
                        seeds.push(("differential", name.to_owned(), bytes.clone()));
                    }
                    seeds.push(("codec", name.to_owned(), bytes));
                }
                Event::Session(session) => {
                    let bytes = [&[0], &session.to_bytes()[..]].concat();
                    seeds.push(("stored", "session".to_owned(), bytes));
                }
                _ => {}
            }
        }
        if there.is_empty() && back.is_empty() {
            break;
        }
    }
    server.send(b"half").expect("it is connected");
    let record = drain(&mut server, |_| {});
    client.receive(&record[..9]).expect("an honest server");
    let suspended = client.suspend().expect("it is connected").to_bytes().expect("it is short");
    // The length of what was received is two bytes, the last of them the higher one.
    let length = (suspended.received.len() as u16).to_le_bytes();
    let bytes = [&[1], &length[..], &suspended.received, &suspended.state].concat();
    seeds.push(("stored", "suspended".to_owned(), bytes));
    let root = include_bytes!("../../tests/vectors/certificates/root.pem");
    seeds.push(("stored", "anchors".to_owned(), [&[3], &root[..]].concat()));

    // For the others, steps that lead far: delivery of everything, then each action.
    let deliver = [[0, 9, 0xbc, 2], [1, 9, 0xbc, 2]].concat();
    let handshake = deliver.repeat(4);
    let end =
        [&[0, 1, 7, 40, 0][..], &deliver, &[0, 2, 0], &deliver, &[0, 4, 1, 4], &deliver].concat();
    seeds.push(("conversation", "handshake".to_owned(), [&handshake[..], &end].concat()));
    seeds.push(("calls", "connected".to_owned(), vec![1, 3, 10, 0, 4, 6, 17, 2, 19, 5]));
    seeds.push(("calls", "server".to_owned(), vec![2, 7, 8, 9, 10, 11, 12, 14, 0, 6]));
    seeds.push(("flights", "to-server".to_owned(), vec![0; 64]));
    seeds.push(("flights", "to-client".to_owned(), [1].into_iter().chain([0; 64]).collect()));
    seeds
}
