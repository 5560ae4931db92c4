//! Two honest ends, and a network that cuts, bends, repeats and withholds.

use tls_psk::{Connection, Event, ResumeError, SuspendedConnection};

use crate::endpoints::{check_end, check_error, configs, drain, ends_of, fresh};
use crate::input::Input;

#[derive(Default)]
struct Side {
    /// On its way to this side.
    arriving: Vec<u8>,
    received: Vec<u8>,
    sent: Vec<u8>,
    failed: bool,
    /// Its connection was ended by a call, or what it receives was bent.
    disturbed: bool,
}

/// Plays the conversation that the input describes.
pub fn conversation(input: &[u8]) {
    let mut connections = ends_of(input);
    let mut input = Input::new(input);
    let mut sides = [Side::default(), Side::default()];
    connections[0].start().expect("a client starts");
    transfer(&mut connections, &mut sides);
    while !input.is_empty() {
        let at = usize::from(input.byte() % 2);
        step(&mut input, &mut connections, &mut sides, at);
        transfer(&mut connections, &mut sides);
        agree(&connections);
    }
}

fn step(
    input: &mut Input<'_>,
    connections: &mut [Connection; 2],
    sides: &mut [Side; 2],
    at: usize,
) {
    let connection = &mut connections[at];
    match input.byte() % 10 {
        // What the application does is allowed or a usage error; neither ends the connection.
        0 | 1 => {
            let text = vec![input.byte(); input.below(300)];
            match connection.send(&text) {
                Ok(()) => sides[at].sent.extend(text),
                Err(error) => assert!(error.is_usage(), "{error}"),
            }
        }
        2 => {
            let request = if input.byte() % 2 == 0 {
                tls_psk::KeyUpdateRequest::UPDATE_REQUESTED
            } else {
                tls_psk::KeyUpdateRequest::UPDATE_NOT_REQUESTED
            };
            if let Err(error) = connection.update_keys(request) {
                assert!(error.is_usage(), "{error}");
            }
        }
        3 => {
            if input.byte() % 8 == 0 {
                connection.close().expect("closing cannot fail");
                sides.iter_mut().for_each(|side| side.disturbed = true);
            }
        }
        4 => {
            if sleep(connection, at) {
                sides.iter_mut().for_each(|side| side.disturbed = true);
            }
        }
        5 => {
            // Only the network's part: an error is the peer's view of it.
            let mut bytes = core::mem::take(&mut sides[at].arriving);
            let before = bytes.clone();
            input.bend(&mut bytes);
            // An alert goes back, so that the other side is disturbed as well.
            if bytes != before {
                sides.iter_mut().for_each(|side| side.disturbed = true);
            }
            sides[at].arriving = bytes;
        }
        _ => {
            let count = input.below(700).min(sides[at].arriving.len());
            let bytes: Vec<_> = sides[at].arriving.drain(..count).collect();
            match connection.receive(&bytes) {
                Ok(()) => {}
                Err(error) if sides[at].failed || connection.state() == "CLOSED" => {
                    assert!(error.is_usage(), "{error}");
                }
                Err(error) => {
                    check_error(error);
                    assert!(sides[at].disturbed, "an honest conversation fails: {error}");
                    sides[at].failed = true;
                }
            }
        }
    }
}

/// Suspends a connection and resumes it, if it can be. Whether that was its end.
fn sleep(connection: &mut Connection, at: usize) -> bool {
    let (client, server) = configs();
    if connection.check_suspendable().is_err() {
        return false;
    }
    let parameters = if at == 0 { client.parameters() } else { server.parameters() };
    let taken = core::mem::replace(connection, Connection::client(client.clone(), fresh()));
    let bytes = taken.suspend().expect("it can be").to_bytes().expect("it is short");
    let state = SuspendedConnection::from_bytes(&bytes).expect("what was written");
    match Connection::resume(state, parameters, fresh()) {
        Ok(resumed) => *connection = resumed,
        // A fuzzer plays the same input more than once, and so resumes the same state.
        Err(ResumeError::AlreadyResumed) => {
            connection.close().expect("closing cannot fail");
            return true;
        }
        Err(error) => panic!("{error}"),
    }
    connection.set_time(crate::endpoints::NOW);
    false
}

fn transfer(connections: &mut [Connection; 2], sides: &mut [Side; 2]) {
    for at in 0..2 {
        let other = 1 - at;
        let mut data = Vec::new();
        let bytes = drain(&mut connections[at], |event| {
            if let Event::Data(bytes) = event {
                data.extend(bytes);
            }
        });
        sides[other].arriving.extend(bytes);
        sides[at].received.extend(data);
        assert!(sides[other].sent.starts_with(&sides[at].received), "the data was changed");
        if sides[at].failed && connections[at].state() == "FAILED" {
            check_end(&mut connections[at]);
        }
    }
}

/// Ends that are both connected agree.
fn agree([client, server]: &[Connection; 2]) {
    let (Some(ours), Some(theirs)) = (client.negotiated(), server.negotiated()) else { return };
    assert_eq!(ours, theirs);
    let mut exported = [[0; 32]; 2];
    client.export_keying_material("fuzz", None, &mut exported[0]).expect("it is connected");
    server.export_keying_material("fuzz", None, &mut exported[1]).expect("it is connected");
    assert_eq!(exported[0], exported[1]);
}
