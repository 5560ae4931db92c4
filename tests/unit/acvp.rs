//! The key schedule of NIST's ACVP: tests/vectors/README.md says how to read it.

use serde_json::Value;

use super::test;
use super::vectors::Vectors;
use crate::crypto::{HashAlgorithm, SharedSecret};
use crate::keys::{EarlySecret, TranscriptBuffer};

const PROMPT: &str = include_str!("../vectors/acvp-tls13-kdf.json");
const EXPECTED: &str = include_str!("../vectors/acvp-tls13-kdf-expected.json");

/// The test groups of a file: a pair of the session and the vector set.
fn groups(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    file[1]["testGroups"].as_array().expect("test groups").clone()
}

/// The expected secrets of a case.
fn answer(groups: &[Value], case: &Value) -> Vectors {
    let mut answers = groups.iter().flat_map(|group| group["tests"].as_array().unwrap());
    let answer = answers.find(|answer| answer["tcId"] == case["tcId"]);
    Vectors::from_json(answer.expect("an answer"))
}

/// Derives every secret of a case, in the order of RFC 9846 section 7.1.
fn compare(hash: HashAlgorithm, case: &Vectors, expected: &mut Vectors) {
    let shared = case.find("dhe").map(|dhe| SharedSecret::new(&[dhe]));

    let early = EarlySecret::new(hash, case.find("psk"));
    let mut transcript = TranscriptBuffer::new(case.get("helloClientRandom")).start(hash);
    let client_hello = transcript.current();
    let secret = early.client_early_traffic_secret(&client_hello);
    expected.expect("clientEarlyTrafficSecret", secret.as_bytes());
    let exporter = early.early_exporter(&client_hello);
    expected.expect("earlyExporterMasterSecret", exporter.as_bytes());

    let handshake = early.into_handshake_secret(shared.as_ref());
    transcript.add(case.get("helloServerRandom"));
    let server_hello = transcript.current();
    let secret = handshake.client_handshake_traffic_secret(&server_hello);
    expected.expect("clientHandshakeTrafficSecret", secret.as_bytes());
    let secret = handshake.server_handshake_traffic_secret(&server_hello);
    expected.expect("serverHandshakeTrafficSecret", secret.as_bytes());

    let main = handshake.into_main_secret();
    transcript.add(case.get("finishedServerRandom"));
    let server_finished = transcript.current();
    let secret = main.client_application_traffic_secret(&server_finished);
    expected.expect("clientApplicationTrafficSecret", secret.as_bytes());
    let secret = main.server_application_traffic_secret(&server_finished);
    expected.expect("serverApplicationTrafficSecret", secret.as_bytes());
    expected.expect("exporterMasterSecret", main.exporter(&server_finished).as_bytes());

    transcript.add(case.get("finishedClientRandom"));
    let secret = main.resumption_secret(&transcript.current());
    expected.expect("resumptionMasterSecret", secret.as_bytes());
}

#[test]
fn every_secret_follows_from_psk_dhe_and_transcript() {
    let answers = groups(EXPECTED);
    let (mut cases, mut secrets) = (0, 0);
    for group in groups(PROMPT) {
        let hash = match group["hmacAlg"].as_str() {
            Some("SHA2-256") => HashAlgorithm::Sha256,
            Some("SHA2-384") => HashAlgorithm::Sha384,
            other => panic!("{other:?} is no hash of TLS 1.3"),
        };
        let (with_psk, with_dhe) = match group["runningMode"].as_str() {
            Some("DHE") => (false, true),
            Some("PSK") => (true, false),
            Some("PSK-DHE") => (true, true),
            other => panic!("{other:?} is no mode of TLS 1.3"),
        };
        for case in group["tests"].as_array().unwrap() {
            let mut expected = answer(&answers, case);
            let case = Vectors::from_json(case);
            assert_eq!(case.find("psk").is_some(), with_psk);
            assert_eq!(case.find("dhe").is_some(), with_dhe);
            compare(hash, &case, &mut expected);
            assert!(expected.left_out().is_empty(), "{:?}", expected.left_out());
            cases += 1;
            secrets += expected.compared();
        }
    }
    assert_eq!((cases, secrets), (10, 80));
}
