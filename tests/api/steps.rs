//! The recorded steps of a handshake (`--cfg tls_psk_steps`): what the demo page shows of the key schedule.

use std::sync::Arc;

use tls_psk::crypto::steps::{self, Step};
use tls_psk::{ClientConfig, Connection, Entropy, Event, ExternalPsk, HashAlgorithm, ServerConfig};

use crate::test;

/// A client and a server that shook hands with one PSK, and the lines of the client's key log.
fn handshake() -> Vec<String> {
    let psk = ExternalPsk::new(b"lamp", &[0x5a; 32], HashAlgorithm::Sha256).unwrap();
    let mut config = ClientConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    config.parameters_mut().set_key_log(true);
    config.append_psk(&psk).unwrap();
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([1; 32]));
    let mut config = ServerConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    config.append_psk(&psk).unwrap();
    let mut server = Connection::server(Arc::new(config), Entropy::from_seed([2; 32]));
    client.start().unwrap();
    let mut lines = Vec::new();
    for _ in 0..4 {
        while let Some(bytes) = client.poll_transmit() {
            server.receive(&bytes).unwrap();
        }
        while let Some(bytes) = server.poll_transmit() {
            client.receive(&bytes).unwrap();
        }
        while let Some(event) = client.poll_event() {
            if let Event::KeyLog(line) = event {
                lines.push(line);
            }
        }
    }
    assert!(client.negotiated_psk_identity().is_some());
    lines
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn labelled<'a>(steps: &'a [Step], label: &str) -> &'a Step {
    steps.iter().find(|step| step.label == label).unwrap_or_else(|| panic!("no step {label}"))
}

#[test]
fn every_secret_of_the_key_log_is_the_output_of_a_step() {
    steps::record(true);
    let log = handshake();
    let steps = steps::take();
    assert_eq!(log.len(), 5);
    for line in log {
        let secret = line.rsplit(' ').next().unwrap();
        assert!(steps.iter().any(|step| hex(&step.output) == secret), "{line}");
    }
}

#[test]
fn the_inputs_of_a_step_are_outputs_of_earlier_ones_back_to_the_psk() {
    steps::record(true);
    handshake();
    let steps = steps::take();
    let input = |step: &Step, name: &str| {
        step.inputs.iter().find(|(input, _)| *input == name).unwrap().1.clone()
    };
    let maker = |bytes: &[u8]| steps.iter().find(|step| step.output == bytes).unwrap();
    let traffic = labelled(&steps, "c ap traffic");
    let main = maker(&input(traffic, "Secret"));
    let handshake = maker(&input(maker(&input(main, "salt")), "Secret"));
    assert_eq!(maker(&input(handshake, "IKM")).operation, "agree");
    let early = maker(&input(maker(&input(handshake, "salt")), "Secret"));
    assert_eq!(input(early, "IKM"), [0x5a; 32]);
    assert_eq!(maker(&input(traffic, "Context")).operation, "hash");
    assert_eq!(maker(&input(labelled(&steps, "ext binder"), "Secret")).output, early.output);
}

#[test]
fn a_server_computes_a_binder_of_each_hash_whichever_the_psk_has() {
    for hash in HashAlgorithm::ALL {
        let psk = ExternalPsk::new(b"lamp", &[0x5a; 32], hash).unwrap();
        let mut config = ClientConfig::new();
        config.parameters_mut().set_allow_both_roles(true);
        config.append_psk(&psk).unwrap();
        // a client offers suites of the hashes that its PSKs have
        for (identity, hash) in [b"lamp2", b"lamp3"].into_iter().zip(HashAlgorithm::ALL) {
            let other = ExternalPsk::new(identity, &[0x5b; 32], hash).unwrap();
            config.append_psk(&other).unwrap();
        }
        let mut client = Connection::client(Arc::new(config), Entropy::from_seed([1; 32]));
        let mut config = ServerConfig::new();
        config.parameters_mut().set_allow_both_roles(true);
        config.append_psk(&psk).unwrap();
        let mut server = Connection::server(Arc::new(config), Entropy::from_seed([2; 32]));
        client.start().unwrap();
        let hello = client.poll_transmit().unwrap();
        steps::record(true);
        server.receive(&hello).unwrap();
        let steps = steps::take();
        let binder_keys = steps.iter().filter(|step| step.label == "ext binder");
        assert_eq!(binder_keys.map(|step| step.output.len()).collect::<Vec<_>>(), [32, 48]);
        // each key is used: a Finished key is derived from it
        let of_binders = |step: &&Step| {
            let (_, secret) = step.inputs.iter().find(|(name, _)| *name == "Secret").unwrap();
            steps.iter().any(|maker| maker.label == "ext binder" && maker.output == *secret)
        };
        let finished = steps.iter().filter(|step| step.label == "finished").filter(of_binders);
        assert_eq!(finished.count(), 2);
    }
}

#[test]
fn nothing_is_recorded_unless_asked_for() {
    steps::record(false);
    handshake();
    assert!(steps::take().is_empty());
}
