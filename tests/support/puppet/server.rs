//! The peer of a client.

use std::sync::Arc;

use super::{PuppetPsk, Secrets, Wire, finished, transmitted};
use tls_psk::crypto::{Random, SharedSecret, Suite, respond};
use tls_psk::keys::{EarlySecret, TrafficSecret, Transcript, TranscriptBuffer};
use tls_psk::wire::{
    CipherSuite, ClientHello, EncryptedExtensions, KeyShareEntry, NamedGroup, ProtocolVersion,
    Reader, ServerExtensions, ServerHello,
};
use tls_psk::{ClientConfig, Connection, Entropy};

use crate::support::hash_of;

/// The peer of a client under test, which has started.
pub struct PuppetServer {
    pub wire: Wire,
    pub psks: Vec<PuppetPsk>,
    /// The client's last hello.
    pub hello: ClientHello,
    first_hello: Vec<u8>,
    transcript: Option<Transcript>,
    shared: Option<SharedSecret>,
    share: Option<KeyShareEntry>,
    secrets: Option<Secrets>,
    client_handshake: Option<TrafficSecret>,
}

impl PuppetServer {
    /// Starts a client and takes its hello. The PSKs are those of the client, in its order.
    pub fn start(config: ClientConfig, psks: Vec<PuppetPsk>) -> (Connection, Self) {
        let mut client = Connection::client(Arc::new(config), Entropy::from_seed([1; 32]));
        client.set_time(1_780_000_000_000);
        client.start().unwrap();
        let mut wire = Wire::default();
        wire.feed(&transmitted(&mut client));
        let message = wire.next_message();
        let hello = ClientHello::read(Reader::new(&message[4..])).unwrap();
        let mut this = Self {
            wire,
            psks,
            hello,
            first_hello: message,
            transcript: None,
            shared: None,
            share: None,
            secrets: None,
            client_handshake: None,
        };
        this.answer_share();
        (client, this)
    }

    fn answer_share(&mut self) {
        let shares = self.hello.extensions.key_share.iter().flatten();
        let Some(theirs) = shares.into_iter().find(|share| share.group.name().is_some()) else {
            return;
        };
        let mut random = Random::from_seed([5; 32]);
        let (key_exchange, shared) =
            respond(theirs.group, &theirs.key_exchange, &mut random).unwrap();
        self.share = Some(KeyShareEntry { group: theirs.group, key_exchange });
        self.shared = Some(shared);
    }

    /// The hello of a server that selects the first PSK and the best suite with its hash.
    pub fn server_hello(&self) -> ServerHello {
        let hash = Some(self.psks[0].hash);
        let mut suites = self.hello.cipher_suites.iter();
        let suite = suites.find(|suite| Suite::of(**suite).map(Suite::hash) == hash).unwrap();
        ServerHello {
            legacy_version: ProtocolVersion::TLS12,
            random: [0x53; 32],
            legacy_session_id_echo: self.hello.legacy_session_id.clone(),
            cipher_suite: *suite,
            legacy_compression_method: 0,
            extensions: ServerExtensions {
                selected_version: Some(ProtocolVersion::TLS13),
                server_share: self.share.clone(),
                selected_identity: Some(0),
                ..ServerExtensions::default()
            },
        }
    }

    /// A HelloRetryRequest for another group.
    pub fn retry(&self, group: NamedGroup) -> ServerHello {
        ServerHello {
            random: tls_psk::wire::HELLO_RETRY_REQUEST_RANDOM,
            extensions: ServerExtensions {
                selected_version: Some(ProtocolVersion::TLS13),
                selected_group: Some(group),
                ..ServerExtensions::default()
            },
            ..self.server_hello()
        }
    }

    /// The record of a HelloRetryRequest that enters the transcript.
    pub fn send_retry(&mut self, hello: &ServerHello) -> Vec<u8> {
        let message = hello.encode().unwrap();
        let hash = hash_of(hello.cipher_suite);
        let first = TranscriptBuffer::new(&self.first_hello);
        let mut transcript = first.start_with_message_hash(hash);
        transcript.add(&message);
        self.transcript = Some(transcript);
        self.wire.handshake(&message)
    }

    /// Takes the second ClientHello, with its binders checked.
    pub fn take_second_hello(&mut self, bytes: &[u8]) {
        self.wire.feed(bytes);
        let message = self.wire.next_message();
        self.hello = ClientHello::read(Reader::new(&message[4..])).unwrap();
        let offer = self.hello.extensions.pre_shared_key.as_ref().unwrap();
        let transcript = self.transcript.as_mut().unwrap();
        let truncated = &message[..message.len() - offer.binders_len()];
        let covered = transcript.with_truncated(truncated);
        for (psk, binder) in self.psks.iter().zip(&offer.binders) {
            assert_eq!(psk.binder(&covered), *binder);
        }
        transcript.add(&message);
        self.answer_share();
    }

    /// The record of a ServerHello; its keys are then in use both ways.
    pub fn send_hello(&mut self, hello: &ServerHello) -> Vec<u8> {
        let message = hello.encode().unwrap();
        self.send_hello_message(hello, &message)
    }

    /// As [`PuppetServer::send_hello`], with bytes of the caller's.
    pub fn send_hello_message(&mut self, hello: &ServerHello, message: &[u8]) -> Vec<u8> {
        let record = self.wire.handshake(message);
        let suite = hello.cipher_suite;
        let index = usize::from(hello.extensions.selected_identity.unwrap_or_default());
        let psk = &self.psks[index];
        let first = TranscriptBuffer::new(&self.first_hello);
        let mut transcript = self.transcript.take().unwrap_or_else(|| first.start(psk.hash));
        transcript.add(message);
        let shared = self.shared.as_ref().filter(|_| hello.extensions.server_share.is_some());
        let secrets = Secrets::new(psk, shared, suite, &transcript);
        self.wire.protect_sending(suite, &secrets.server);
        self.wire.protect_receiving(suite, &secrets.client);
        self.client_handshake = Some(secrets.client.clone());
        self.transcript = Some(transcript);
        self.secrets = Some(secrets);
        record
    }

    /// Receives with the keys of early data under the first PSK.
    pub fn receive_early_data(&mut self) {
        let psk = &self.psks[0];
        let hello = TranscriptBuffer::new(&self.first_hello).start(psk.hash);
        let early = EarlySecret::new(psk.hash, Some(&psk.key));
        let secret = early.client_early_traffic_secret(&hello.current());
        // Early data is bound to the suite that our tests prefer.
        self.wire.protect_receiving(CipherSuite::TLS_CHACHA20_POLY1305_SHA256, &secret);
    }

    /// The records of a message that enters the transcript.
    pub fn send(&mut self, message: &[u8]) -> Vec<u8> {
        self.add(message);
        self.wire.handshake(message)
    }

    /// Adds a message to the transcript.
    pub fn add(&mut self, message: &[u8]) {
        self.transcript.as_mut().unwrap().add(message);
    }

    /// Finished, right or to be broken.
    pub fn finished(&self) -> Vec<u8> {
        finished(&self.secrets.as_ref().unwrap().server, self.transcript.as_ref().unwrap())
    }

    /// After its Finished: receives the client's and switches to application data.
    pub fn take_finished(&mut self, bytes: &[u8]) {
        self.wire.feed(bytes);
        let transcript = self.transcript.as_mut().unwrap();
        let expected = finished(self.client_handshake.as_ref().unwrap(), transcript);
        let secrets = self.secrets.as_mut().unwrap();
        secrets.application(transcript);
        self.wire.protect_sending(secrets.suite, &secrets.server);
        assert_eq!(self.wire.next_message(), expected);
        self.wire.protect_receiving(secrets.suite, &secrets.client);
        transcript.add(&expected);
    }

    /// Switches to the keys of application data without waiting for the client's Finished.
    pub fn send_with_application_keys(&mut self) {
        let secrets = self.secrets.as_mut().unwrap();
        if secrets.main.is_none() {
            secrets.application(self.transcript.as_ref().unwrap());
        }
        self.wire.protect_sending(secrets.suite, &secrets.server);
    }

    /// Sends with the next generation of keys, as behind a KeyUpdate.
    pub fn update_sending(&mut self) {
        let secrets = self.secrets.as_mut().unwrap();
        secrets.server = secrets.server.next();
        self.wire.protect_sending(secrets.suite, &secrets.server);
    }

    /// A client that has taken the ServerHello and waits for EncryptedExtensions.
    pub fn before_extensions(config: ClientConfig, psks: Vec<PuppetPsk>) -> (Connection, Self) {
        let (mut client, mut this) = Self::start(config, psks);
        let hello = this.server_hello();
        client.receive(&this.send_hello(&hello)).unwrap();
        this.wire.feed(&transmitted(&mut client));
        (client, this)
    }

    /// A client that waits for Finished.
    pub fn before_finished(config: ClientConfig, psks: Vec<PuppetPsk>) -> (Connection, Self) {
        let (mut client, mut this) = Self::before_extensions(config, psks);
        let extensions = EncryptedExtensions::default().encode().unwrap();
        client.receive(&this.send(&extensions)).unwrap();
        (client, this)
    }

    /// A client that is connected with this server.
    pub fn connected(config: ClientConfig, psks: Vec<PuppetPsk>) -> (Connection, Self) {
        let (mut client, mut this) = Self::before_finished(config, psks);
        let finished = this.finished();
        client.receive(&this.send(&finished)).unwrap();
        assert_eq!(client.state(), "CONNECTED");
        this.take_finished(&transmitted(&mut client));
        while client.poll_event().is_some() {}
        (client, this)
    }
}
