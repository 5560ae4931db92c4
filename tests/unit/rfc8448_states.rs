//! The full handshake of RFC 8448 section 3 through the states of a client and of a server: tests/vectors/README.md says
//! how to read it.
//!
//! Three things are given to the crate, which takes them in its own tests alone:
//!
//! - randomness: the published private key and hello random ([`Entropy::replay`]);
//! - messages for the transcript where ours is another ([`replace_in_transcript`]): the ClientHello, as NSS offers
//!   extensions that we do not have, the ServerHello, whose two extensions stand in another order, and the
//!   EncryptedExtensions, where NSS answers server_name and lists its groups;
//! - the smallest RSA key ([`set_min_rsa_modulus`]). The published one has 1024 bits, and the crate takes none below
//!   2048, as RFC 9846 appendix C.2 advises: the last test sees to that.
//!
//! From there on everything is compared to the byte: all other messages, the secrets, the records, the exporter's secret
//! and the ticket's PSK. Two things cannot be. Our server sends each message of its flight in a record of its own, where
//! NSS has them in one. And its ticket is sealed by keys of its own; another record takes its place in the sequence.

use std::sync::Arc;

use super::test;
use super::vectors::{Vectors, rfc8448_simple};
use crate::certificates::{Credentials, KeySource, Verification, verify_proof};
use crate::client::ClientConfig;
use crate::connection::{Connection, Entropy};
use crate::crypto::HashAlgorithm;
use crate::crypto::signature::{MIN_RSA_MODULUS, set_min_rsa_modulus};
use crate::endpoint::{Event, Parameters};
use crate::error::CertificateError;
use crate::error::Direction;
use crate::keys::replace_in_transcript;
use crate::psk::{PskKinds, Session};
use crate::role::Role;
use crate::server::ServerConfig;
use crate::wire::{self, CipherSuite, ClientHello, Handshake, HandshakeType, NamedGroup, Reader};

/// What the crate takes of the trace in a thread, until this is dropped: the next test may run in the same one.
struct Published;

impl Published {
    /// Messages for the transcript, and the certificate's modulus of 1024 bits.
    fn take(messages: &[&[u8]]) -> Self {
        replace_in_transcript(messages);
        set_min_rsa_modulus(128);
        Self
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        replace_in_transcript(&[]);
        set_min_rsa_modulus(MIN_RSA_MODULUS);
    }
}

/// What both sides of the trace have in common.
fn set_parameters(parameters: &mut Parameters) {
    let suites = [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
    ];
    parameters.set_cipher_suites(&suites).unwrap();
    parameters.set_groups(&[NamedGroup::X25519]).unwrap();
    parameters.set_record_size_limit(Some(0x4001)).unwrap();
    parameters.middlebox_compatibility = false;
    parameters.grease = false;
    parameters.key_log = true;
    parameters.trace = true;
}

/// What a connection did, in its order.
#[derive(Default)]
struct Log {
    key_log: Vec<String>,
    sent: Vec<Vec<u8>>,
    session: Option<Session>,
    data: Vec<u8>,
    closed: bool,
}

impl Log {
    /// Takes the connection's events and the records that it sends.
    fn drain(&mut self, connection: &mut Connection) -> Vec<u8> {
        while let Some(event) = connection.poll_event() {
            match event {
                Event::KeyLog(line) => self.key_log.push(line),
                Event::Message { direction: Direction::Sent, bytes, .. } => self.sent.push(bytes),
                Event::Session(session) => self.session = Some(session),
                Event::Data(data) => self.data.extend(data),
                Event::CloseNotify => self.closed = true,
                _ => {}
            }
        }
        std::iter::from_fn(|| connection.poll_transmit()).flatten().collect()
    }

    /// Compares the secrets of the whole handshake.
    fn expect_secrets(&self, trace: &mut Vectors) {
        let random = hex(hello_random(trace.get("ClientHello")));
        for (label, name) in [
            ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "c hs traffic"),
            ("SERVER_HANDSHAKE_TRAFFIC_SECRET", "s hs traffic"),
            ("CLIENT_TRAFFIC_SECRET_0", "c ap traffic"),
            ("SERVER_TRAFFIC_SECRET_0", "s ap traffic"),
            ("EXPORTER_SECRET", "exp master"),
        ] {
            let start = format!("{label} {random} ");
            let secret = self.key_log.iter().find_map(|line| line.strip_prefix(&start));
            let secret = secret.unwrap_or_else(|| panic!("{label} was not logged"));
            trace.expect(name, &unhex(secret));
        }
        assert_eq!(self.key_log.len(), 5);
    }

    /// The message of this type that was sent.
    fn message(&self, msg_type: HandshakeType) -> &[u8] {
        let mut messages = self.sent.iter().filter(|message| message[0] == msg_type.0);
        let message = messages.next().unwrap_or_else(|| panic!("no {msg_type} was sent"));
        assert!(messages.next().is_none(), "{msg_type} was sent twice");
        message
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digits).collect()
}

/// Behind header and version.
fn hello_random(hello: &[u8]) -> &[u8] {
    &hello[6..38]
}

/// The certificate of the trace, and the signature over it.
fn certificate_and_proof(trace: &Vectors) -> (Vec<Vec<u8>>, wire::CertificateVerify) {
    let body = |name| Handshake::read(&mut Reader::new(trace.get(name))).unwrap().1;
    let certificate = wire::Certificate::read(body("Certificate")).unwrap();
    let proof = wire::CertificateVerify::read(body("CertificateVerify")).unwrap();
    (certificate.certificate_list, proof)
}

#[test]
fn a_client_replays_the_full_handshake() {
    let mut trace = rfc8448_simple();
    let published = trace.get("ClientHello").to_vec();
    let _published = Published::take(&[&published]);
    let entropy =
        Entropy::replay(&[hello_random(&published), trace.get("client x25519 private key")]);

    let mut config = ClientConfig::new();
    set_parameters(&mut config.parameters);
    config.set_server_name("server").unwrap();
    config.set_psk_kinds(PskKinds::Resumption).unwrap();
    config.certificates.verification = Some(Verification::application(b"test"));
    let mut client = Connection::client(Arc::new(config), entropy);
    let mut log = Log::default();

    // Our ClientHello is the published one without what we do not offer.
    client.set_time(1_780_000_000_000);
    client.start().unwrap();
    let record = log.drain(&mut client);
    let [ours, theirs] = [&record[5..], &published].map(|message| {
        ClientHello::read(Handshake::read(&mut Reader::new(message)).unwrap().1).unwrap()
    });
    assert_eq!(ours.random, theirs.random);
    assert_eq!(ours.legacy_session_id, theirs.legacy_session_id);
    assert_eq!(ours.cipher_suites, theirs.cipher_suites);
    assert_eq!(ours.extensions.key_share, theirs.extensions.key_share);
    assert_eq!(ours.extensions.server_name, theirs.extensions.server_name);
    assert_eq!(ours.extensions.supported_versions, theirs.extensions.supported_versions);
    assert_eq!(ours.extensions.psk_key_exchange_modes, theirs.extensions.psk_key_exchange_modes);
    assert_eq!(ours.extensions.record_size_limit, theirs.extensions.record_size_limit);

    // The signature has verified when the application is asked.
    client.receive(trace.get("ServerHello record")).unwrap();
    client.receive(trace.get("server flight record")).unwrap();
    let request = client.certificate_to_verify().expect("the certificate waits for its verdict");
    assert_eq!(request.chain, certificate_and_proof(&trace).0);
    assert_eq!(request.server_name, Some(&b"server"[..]));
    client.decide_certificate(true).unwrap();
    assert_eq!(client.state(), "CONNECTED");
    trace.expect("client Finished record", &log.drain(&mut client));
    trace.expect("client Finished", log.message(HandshakeType::FINISHED));
    log.expect_secrets(&mut trace);
    let negotiated = client.negotiated().unwrap();
    assert_eq!(negotiated.cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
    assert!(negotiated.server_certificate);

    client.receive(trace.get("NewSessionTicket record")).unwrap();
    client.send(trace.get("client application data")).unwrap();
    trace.expect("client application data record", &log.drain(&mut client));
    let session = log.session.take().expect("the ticket makes a session");
    // Version, suite and a length stand before it.
    trace.expect("resumption PSK", &session.to_bytes()[4..36]);
    assert_eq!(session.max_early_data(), 1024);
    client.receive(trace.get("server application data record")).unwrap();
    client.close().unwrap();
    trace.expect("client alert record", &log.drain(&mut client));
    trace.expect("server application data", &log.data);
    client.receive(trace.get("server alert record")).unwrap();
    log.drain(&mut client);
    assert!(log.closed);
    assert_eq!(trace.compared(), 11);
}

#[test]
fn a_server_replays_the_full_handshake() {
    let mut trace = rfc8448_simple();
    let published = ["ServerHello", "EncryptedExtensions"].map(|name| trace.get(name).to_vec());
    let _published = Published::take(&[&published[0], &published[1]]);
    let entropy =
        Entropy::replay(&[trace.get("server x25519 private key"), hello_random(&published[0])]);

    let (chain, proof) = certificate_and_proof(&trace);
    let key = KeySource::External(vec![proof.algorithm]);
    let mut config = ServerConfig::new();
    set_parameters(&mut config.parameters);
    config.certificates.credentials = vec![Arc::new(Credentials::new(chain, key).unwrap())];
    let mut server = Connection::server(Arc::new(config), entropy);
    let mut log = Log::default();

    // The signature is taken only if it verifies over our transcript.
    server.receive(trace.get("ClientHello record")).unwrap();
    assert_eq!(server.to_sign().expect("a signature is asked for").scheme, proof.algorithm);
    server.sign(proof.signature).unwrap();
    log.drain(&mut server);
    let hello = log.message(HandshakeType::SERVER_HELLO);
    // supported_versions, six bytes, is first with us and last in the trace.
    let (fixed, versions, share) = (&hello[..44], &hello[44..50], &hello[50..]);
    trace.expect("ServerHello", &[fixed, share, versions].concat());
    trace.expect("Certificate", log.message(HandshakeType::CERTIFICATE));
    trace.expect("CertificateVerify", log.message(HandshakeType::CERTIFICATE_VERIFY));
    trace.expect("server Finished", log.message(HandshakeType::FINISHED));
    assert_eq!(server.state(), "WAIT_FINISHED");

    server.receive(trace.get("client Finished record")).unwrap();
    assert_eq!(server.state(), "CONNECTED");
    log.drain(&mut server);
    log.expect_secrets(&mut trace);

    server.send(b"in the ticket's place").unwrap();
    log.drain(&mut server);
    server.receive(trace.get("client application data record")).unwrap();
    server.send(trace.get("server application data")).unwrap();
    trace.expect("server application data record", &log.drain(&mut server));
    trace.expect("client application data", &log.data);
    server.receive(trace.get("client alert record")).unwrap();
    server.close().unwrap();
    trace.expect("server alert record", &log.drain(&mut server));
    assert!(log.closed);
    assert_eq!(trace.compared(), 12);
}

#[test]
fn the_published_signature_verifies_and_its_key_is_too_small_for_the_crate() {
    let trace = rfc8448_simple();
    let messages = ["ClientHello", "ServerHello", "EncryptedExtensions", "Certificate"];
    let content = messages.map(|name| trace.get(name)).concat();
    let (chain, proof) = certificate_and_proof(&trace);
    let digest = HashAlgorithm::Sha256.digest(&content);
    let small_keys = Published::take(&[]);
    verify_proof(&chain, Role::Server, &digest, &proof).unwrap();
    let other = HashAlgorithm::Sha256.digest(&content[1..]);
    verify_proof(&chain, Role::Server, &other, &proof).unwrap_err();

    // The same with the crate as it is.
    drop(small_keys);
    let refused = verify_proof(&chain, Role::Server, &digest, &proof);
    assert_eq!(refused, Err(CertificateError::KeyTooShort.into()));
}
