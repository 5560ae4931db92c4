//! Secrets and records of the handshakes of RFC 8448, sections 3 to 5: tests/vectors/README.md says how to read
//! them. Nothing here makes or checks the certificates' signatures; the messages that carry them are bytes.

use p256::elliptic_curve::sec1::ToSec1Point;
use x25519_dalek::{PublicKey, StaticSecret};

use super::test;
use super::vectors::{Vectors, rfc8448_resumed, rfc8448_retried, rfc8448_simple};
use crate::crypto::{HashAlgorithm, Secret, SharedSecret, Suite, expand_label};
use crate::keys::{
    EarlySecret, PskKind, TrafficSecret, Transcript, TranscriptBuffer, binder_hash_of_first_hello,
};
use crate::record::{HandshakeJoiner, Joined, MAX_PLAINTEXT, Opener, RecordWriter, Sealer};
use crate::wire::{ClientHello, ContentType as Type, Handshake, NewSessionTicket, Reader};

/// All three handshakes choose it.
const SUITE: Suite = Suite::Aes128Gcm;
const HASH: HashAlgorithm = HashAlgorithm::Sha256;

/// What a handshake leaves behind.
struct Secrets {
    client_handshake: TrafficSecret,
    server_handshake: TrafficSecret,
    client_application: TrafficSecret,
    server_application: TrafficSecret,
    resumption: Secret,
}

/// An X25519 key pair, the public key made from the private one.
fn x25519_pair(trace: &mut Vectors, side: &str) -> (StaticSecret, PublicKey) {
    let private = StaticSecret::from(trace.array::<32>(&format!("{side} x25519 private key")));
    let public = PublicKey::from(&private);
    trace.expect(&format!("{side} x25519 public key"), public.as_bytes());
    (private, public)
}

/// The shared secret of both sides' X25519 keys.
fn x25519(trace: &mut Vectors) -> SharedSecret {
    let [client, server] = ["client", "server"].map(|side| x25519_pair(trace, side));
    for (private, public) in [(&client.0, &server.1), (&server.0, &client.1)] {
        trace.expect("shared secret", private.diffie_hellman(public).as_bytes());
    }
    SharedSecret::new(&[trace.get("shared secret")])
}

/// The shared secret of both sides' P-256 keys.
fn p256(trace: &mut Vectors) -> SharedSecret {
    let [client, server] = ["client", "server"].map(|side| {
        let private = trace.get(&format!("{side} P-256 private key"));
        let private = p256::SecretKey::from_slice(private).unwrap();
        let public = private.public_key();
        trace.expect(&format!("{side} P-256 public key"), public.to_sec1_point(false).as_bytes());
        (private, public)
    });
    for (private, public) in [(&client.0, &server.1), (&server.0, &client.1)] {
        let shared = p256::ecdh::diffie_hellman(private.to_nonzero_scalar(), public.as_affine());
        trace.expect("shared secret", shared.raw_secret_bytes());
    }
    SharedSecret::new(&[trace.get("shared secret")])
}

/// Derives all that comes after the ClientHello, which is in the transcript, and compares it.
fn replay(
    trace: &mut Vectors,
    early: EarlySecret,
    mut transcript: Transcript,
    shared: &SharedSecret,
) -> Secrets {
    trace.expect("early secret", early.as_bytes());
    expect_salt(trace, "derived for handshake", early.as_bytes());

    let handshake = early.into_handshake_secret(Some(shared));
    trace.expect("handshake secret", handshake.as_bytes());
    expect_salt(trace, "derived for master", handshake.as_bytes());
    transcript.add(trace.get("ServerHello"));
    let hello = transcript.current();
    trace.expect("hash of ClientHello..ServerHello", hello.as_ref());
    let client_handshake = handshake.client_handshake_traffic_secret(&hello);
    trace.expect("c hs traffic", client_handshake.as_bytes());
    expect_keys(trace, "client handshake", &client_handshake);
    let server_handshake = handshake.server_handshake_traffic_secret(&hello);
    trace.expect("s hs traffic", server_handshake.as_bytes());
    expect_keys(trace, "server handshake", &server_handshake);

    let main = handshake.into_main_secret();
    trace.expect("master secret", main.as_bytes());
    for message in ["EncryptedExtensions", "Certificate", "CertificateVerify"] {
        transcript.add(trace.find(message).unwrap_or_default());
    }
    expect_finished(trace, "server", &server_handshake, &mut transcript);
    let finished = transcript.current();
    trace.expect("hash of ClientHello..server Finished", finished.as_ref());
    let client_application = main.client_application_traffic_secret(&finished);
    trace.expect("c ap traffic", client_application.as_bytes());
    expect_keys(trace, "client application", &client_application);
    let server_application = main.server_application_traffic_secret(&finished);
    trace.expect("s ap traffic", server_application.as_bytes());
    expect_keys(trace, "server application", &server_application);
    trace.expect("exp master", main.exporter(&finished).as_bytes());

    transcript.add(trace.find("EndOfEarlyData").unwrap_or_default());
    expect_finished(trace, "client", &client_handshake, &mut transcript);
    let finished = transcript.current();
    trace.expect("hash of ClientHello..client Finished", finished.as_ref());
    let resumption = main.resumption_secret(&finished);
    trace.expect("res master", resumption.as_bytes());

    Secrets {
        client_handshake,
        server_handshake,
        client_application,
        server_application,
        resumption,
    }
}

/// The salt between two stages, which the key schedule keeps to itself.
fn expect_salt(trace: &mut Vectors, name: &str, secret: &[u8]) {
    let mut salt = [0; 32];
    expand_label(HASH, secret, "derived", HASH.digest(&[]).as_ref(), &mut salt).unwrap();
    trace.expect(name, &salt);
}

/// Key and IV. The AEAD keeps its key to itself; that it is this one is seen in the records.
fn expect_keys(trace: &mut Vectors, direction: &str, secret: &TrafficSecret) {
    let mut key = [0; 16];
    expand_label(HASH, secret.as_bytes(), "key", &[], &mut key).unwrap();
    trace.expect(&format!("{direction} key"), &key);
    trace.expect(&format!("{direction} iv"), &secret.keys(SUITE).iv);
}

/// The Finished of one side, which goes into the transcript.
fn expect_finished(
    trace: &mut Vectors,
    side: &str,
    secret: &TrafficSecret,
    transcript: &mut Transcript,
) {
    let key = secret.finished_key();
    trace.expect(&format!("{side} finished key"), key.as_bytes());
    let verify_data = key.verify_data(&transcript.current());
    trace.expect(&format!("{side} verify_data"), verify_data.as_ref());
    transcript.add(trace.get(&format!("{side} Finished")));
}

/// Section 3.
fn replay_simple(trace: &mut Vectors) -> Secrets {
    let shared = x25519(trace);
    let transcript = TranscriptBuffer::new(trace.get("ClientHello")).start(HASH);
    replay(trace, EarlySecret::new(HASH, None), transcript, &shared)
}

/// The PSK of the ticket that section 3 ends with (RFC 9846 section 4.7.1).
fn resumption_psk(trace: &mut Vectors) -> [u8; 32] {
    let secret = replay_simple(trace).resumption;
    let (_, body) = Handshake::read(&mut Reader::new(trace.get("NewSessionTicket"))).unwrap();
    let ticket = NewSessionTicket::read(body).unwrap();
    let mut psk = [0; 32];
    expand_label(HASH, secret.as_bytes(), "resumption", &ticket.ticket_nonce, &mut psk).unwrap();
    psk
}

/// Section 4, and its secret of early data.
fn replay_resumed(trace: &mut Vectors) -> (TrafficSecret, Secrets) {
    let early = EarlySecret::new(HASH, Some(&resumption_psk(&mut rfc8448_simple())));
    let transcript = TranscriptBuffer::new(trace.get("ClientHello")).start(HASH);
    let hello = transcript.current();
    trace.expect("hash of ClientHello", hello.as_ref());
    let early_data = early.client_early_traffic_secret(&hello);
    trace.expect("c e traffic", early_data.as_bytes());
    expect_keys(trace, "client early data", &early_data);
    trace.expect("e exp master", early.early_exporter(&hello).as_bytes());
    let shared = x25519(trace);
    (early_data, replay(trace, early, transcript, &shared))
}

/// Section 5.
fn replay_retried(trace: &mut Vectors) -> Secrets {
    // The share that the server refuses.
    x25519_pair(trace, "client");
    let shared = p256(trace);
    let first = TranscriptBuffer::new(trace.get("first ClientHello"));
    let mut transcript = first.start_with_message_hash(HASH);
    transcript.add(trace.get("HelloRetryRequest"));
    transcript.add(trace.get("second ClientHello"));
    replay(trace, EarlySecret::new(HASH, None), transcript, &shared)
}

/// Seals and opens, under one secret, everything that a side sent under it.
fn expect_records(trace: &mut Vectors, secret: &TrafficSecret, contents: &[(Type, &str)]) {
    let keys = || secret.keys(SUITE);
    let mut sealer = Sealer::new(keys(), u64::MAX);
    let mut opener = Opener::new(keys());
    for (content_type, name) in contents {
        let mut record = Vec::new();
        sealer.seal(*content_type, trace.get(name), 0, &mut record).unwrap();
        trace.expect(&format!("{name} record"), &record);

        let (header, fragment) = record.split_first_chunk().unwrap();
        let mut fragment = fragment.to_vec();
        let opened = opener.open(header, &mut fragment, MAX_PLAINTEXT + 1).unwrap();
        assert_eq!(opened, *content_type, "{name}");
        trace.expect(name, &fragment);
    }
}

/// Writes the hellos of one side, which are not protected.
fn expect_hello_records(trace: &mut Vectors, writer: &mut RecordWriter, hellos: &[&str]) {
    for name in hellos {
        writer.write(Type::HANDSHAKE, trace.get(name)).unwrap();
        trace.expect(&format!("{name} record"), &writer.take().unwrap());
    }
}

/// A client's writer, before its first ClientHello.
fn client_writer() -> RecordWriter {
    let mut writer = RecordWriter::default();
    writer.expect_first_hello();
    writer
}

/// Splits the server's flight into its parts.
fn expect_flight(trace: &mut Vectors, messages: &[&str]) {
    let mut joiner = HandshakeJoiner::default();
    joiner.push(trace.get("server flight"));
    for name in messages {
        let Some(Joined::Message(message)) = joiner.next_message() else { panic!("no {name}") };
        trace.expect(name, &message);
    }
    assert!(joiner.is_empty());
}

#[test]
fn a_full_handshake_derives_the_published_secrets() {
    let mut trace = rfc8448_simple();
    replay_simple(&mut trace);
    assert_eq!(trace.compared(), 29);
}

#[test]
fn a_full_handshake_has_the_published_records() {
    let mut trace = rfc8448_simple();
    let secrets = replay_simple(&mut rfc8448_simple());
    expect_hello_records(&mut trace, &mut client_writer(), &["ClientHello"]);
    expect_hello_records(&mut trace, &mut RecordWriter::default(), &["ServerHello"]);
    expect_flight(
        &mut trace,
        &["EncryptedExtensions", "Certificate", "CertificateVerify", "server Finished"],
    );
    let flight = [(Type::HANDSHAKE, "server flight")];
    expect_records(&mut trace, &secrets.server_handshake, &flight);
    let finished = [(Type::HANDSHAKE, "client Finished")];
    expect_records(&mut trace, &secrets.client_handshake, &finished);
    let sent = [(Type::APPLICATION_DATA, "client application data"), (Type::ALERT, "client alert")];
    expect_records(&mut trace, &secrets.client_application, &sent);
    let sent = [
        (Type::HANDSHAKE, "NewSessionTicket"),
        (Type::APPLICATION_DATA, "server application data"),
        (Type::ALERT, "server alert"),
    ];
    expect_records(&mut trace, &secrets.server_application, &sent);
    assert_eq!(trace.compared(), 20);
}

#[test]
fn the_ticket_of_a_full_handshake_yields_the_psk_of_the_resumed_one() {
    let mut issued = rfc8448_simple();
    let psk = resumption_psk(&mut rfc8448_simple());
    issued.expect("resumption PSK", &psk);
    let mut resumed = rfc8448_resumed();
    resumed.expect("PSK", &psk);
    assert_eq!((issued.compared(), resumed.compared()), (1, 1));
}

#[test]
fn the_published_binder_covers_the_hello_up_to_its_binders() {
    let mut trace = rfc8448_resumed();
    let message = trace.get("ClientHello").to_vec();
    let (_, body) = Handshake::read(&mut Reader::new(&message)).unwrap();
    let offer = ClientHello::read(body).unwrap().extensions.pre_shared_key.unwrap();
    let truncated = &message[..message.len() - offer.binders_len()];
    trace.expect("truncated ClientHello", truncated);
    let hash = binder_hash_of_first_hello(HASH, truncated);
    trace.expect("binder hash", hash.as_ref());

    let psk = resumption_psk(&mut rfc8448_simple());
    let binder_key = EarlySecret::new(HASH, Some(&psk)).binder_key(PskKind::Resumption);
    trace.expect("res binder", binder_key.as_bytes());
    let finished_key = binder_key.finished_key();
    trace.expect("binder finished key", finished_key.as_bytes());
    trace.expect("binder", finished_key.verify_data(&hash).as_ref());
    assert_eq!(offer.binders, [trace.get("binder")]);
    assert!(finished_key.verify(&hash, &offer.binders[0]));
    assert_eq!(trace.compared(), 5);
}

#[test]
fn a_resumed_handshake_derives_the_published_secrets() {
    let mut trace = rfc8448_resumed();
    replay_resumed(&mut trace);
    assert_eq!(trace.compared(), 34);
}

#[test]
fn a_resumed_handshake_has_the_published_records() {
    let mut trace = rfc8448_resumed();
    let (early_data, secrets) = replay_resumed(&mut rfc8448_resumed());
    expect_hello_records(&mut trace, &mut client_writer(), &["ClientHello"]);
    expect_hello_records(&mut trace, &mut RecordWriter::default(), &["ServerHello"]);
    expect_flight(&mut trace, &["EncryptedExtensions", "server Finished"]);
    let sent = [(Type::APPLICATION_DATA, "client early data"), (Type::HANDSHAKE, "EndOfEarlyData")];
    expect_records(&mut trace, &early_data, &sent);
    let flight = [(Type::HANDSHAKE, "server flight")];
    expect_records(&mut trace, &secrets.server_handshake, &flight);
    let finished = [(Type::HANDSHAKE, "client Finished")];
    expect_records(&mut trace, &secrets.client_handshake, &finished);
    let sent = [(Type::APPLICATION_DATA, "client application data"), (Type::ALERT, "client alert")];
    expect_records(&mut trace, &secrets.client_application, &sent);
    let sent = [(Type::APPLICATION_DATA, "server application data"), (Type::ALERT, "server alert")];
    expect_records(&mut trace, &secrets.server_application, &sent);
    assert_eq!(trace.compared(), 20);
}

#[test]
fn a_handshake_with_a_retry_derives_the_published_secrets() {
    let mut trace = rfc8448_retried();
    replay_retried(&mut trace);
    assert_eq!(trace.compared(), 30);
}

#[test]
fn a_handshake_with_a_retry_has_the_published_records() {
    let mut trace = rfc8448_retried();
    let secrets = replay_retried(&mut rfc8448_retried());
    let hellos = ["first ClientHello", "second ClientHello"];
    expect_hello_records(&mut trace, &mut client_writer(), &hellos);
    let hellos = ["HelloRetryRequest", "ServerHello"];
    expect_hello_records(&mut trace, &mut RecordWriter::default(), &hellos);
    expect_flight(
        &mut trace,
        &["EncryptedExtensions", "Certificate", "CertificateVerify", "server Finished"],
    );
    let flight = [(Type::HANDSHAKE, "server flight")];
    expect_records(&mut trace, &secrets.server_handshake, &flight);
    let finished = [(Type::HANDSHAKE, "client Finished")];
    expect_records(&mut trace, &secrets.client_handshake, &finished);
    expect_records(&mut trace, &secrets.client_application, &[(Type::ALERT, "client alert")]);
    expect_records(&mut trace, &secrets.server_application, &[(Type::ALERT, "server alert")]);
    assert_eq!(trace.compared(), 16);
}
