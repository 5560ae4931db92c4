//! The peer of a server.

use super::{PuppetPsk, Secrets, Wire, finished, server, transmitted};
use tls_psk::crypto::{KeyShare, Random, TAG_LEN};
use tls_psk::keys::{EarlySecret, TrafficSecret, Transcript, TranscriptBuffer};
use tls_psk::wire::{
    CipherSuite, ClientExtensions, ClientHello, EncryptedExtensions, KeyShareEntry, NamedGroup,
    OfferedPsks, ProtocolVersion, PskIdentity, PskKeyExchangeMode, Reader, ServerHello,
};
use tls_psk::{Connection, ServerConfig};

use crate::support::{SUITES, hash_of, supported};

/// The peer of a server under test.
pub struct PuppetClient {
    pub wire: Wire,
    pub psks: Vec<PuppetPsk>,
    share: Option<KeyShare>,
    hello: ClientHello,
    first_hello: Vec<u8>,
    transcript: Option<Transcript>,
    secrets: Option<Secrets>,
    client_handshake: Option<TrafficSecret>,
}

impl PuppetClient {
    pub fn new(psks: Vec<PuppetPsk>) -> Self {
        let share = KeyShare::generate(NamedGroup::X25519, &mut Random::from_seed([3; 32]));
        let share = share.unwrap();
        let identity = |psk: &PuppetPsk| PskIdentity {
            identity: psk.identity.clone(),
            obfuscated_ticket_age: 0,
        };
        let hello = ClientHello {
            legacy_version: ProtocolVersion::TLS12,
            random: [0x51; 32],
            legacy_session_id: vec![0x52; 32],
            cipher_suites: SUITES.to_vec(),
            legacy_compression_methods: vec![0],
            extensions: ClientExtensions {
                supported_groups: Some(vec![NamedGroup::X25519, NamedGroup::SECP256R1]),
                supported_versions: Some(vec![ProtocolVersion::TLS13]),
                psk_key_exchange_modes: Some(vec![PskKeyExchangeMode::PSK_DHE_KE]),
                key_share: Some(vec![KeyShareEntry {
                    group: NamedGroup::X25519,
                    key_exchange: share.public().to_vec(),
                }]),
                pre_shared_key: Some(OfferedPsks {
                    identities: psks.iter().map(identity).collect(),
                    binders: psks.iter().map(|psk| vec![0; psk.hash.output_len()]).collect(),
                }),
                ..ClientExtensions::default()
            },
        };
        Self {
            wire: Wire::default(),
            psks,
            share: Some(share),
            hello,
            first_hello: Vec::new(),
            transcript: None,
            secrets: None,
            client_handshake: None,
        }
    }

    /// A hello that a server with the PSKs accepts; its binders are zeros before [`PuppetClient::bind`].
    pub fn hello(&self) -> ClientHello {
        self.hello.clone()
    }

    /// Replaces the binders at the end of the message by the right ones.
    pub fn bind(&self, mut message: Vec<u8>) -> Vec<u8> {
        let binders: usize = self.psks.iter().map(|psk| 1 + psk.hash.output_len()).sum();
        let truncated = message.len() - binders - 2;
        let mut at = truncated + 2;
        for psk in &self.psks {
            let len = psk.hash.output_len();
            let covered = match &self.transcript {
                Some(transcript) => transcript.with_truncated(&message[..truncated]),
                None => psk.hash.digest(&message[..truncated]),
            };
            message[at + 1..][..len].copy_from_slice(&psk.binder(&covered));
            at += 1 + len;
        }
        message
    }

    /// The records of a ClientHello, first or second, that enters the transcript.
    pub fn send_hello(&mut self, message: &[u8]) -> Vec<u8> {
        match &mut self.transcript {
            Some(transcript) => transcript.add(message),
            None => self.first_hello = message.to_vec(),
        }
        self.wire.handshake(message)
    }

    /// A new share; its private key is stored.
    pub fn new_share(&mut self, group: NamedGroup) -> KeyShareEntry {
        let share = KeyShare::generate(group, &mut Random::from_seed([4; 32])).unwrap();
        let entry = KeyShareEntry { group, key_exchange: share.public().to_vec() };
        self.share = Some(share);
        entry
    }

    /// Takes a HelloRetryRequest or a ServerHello, whose keys are then in use both ways.
    pub fn take_server_hello(&mut self, bytes: &[u8]) -> ServerHello {
        self.wire.feed(bytes);
        let message = self.wire.next_message();
        let hello = ServerHello::read(Reader::new(&message[4..])).unwrap();
        let suite = hello.cipher_suite;
        let first = TranscriptBuffer::new(&self.first_hello);
        let hash = hash_of(suite);
        if hello.is_retry() {
            let mut transcript = first.start_with_message_hash(hash);
            transcript.add(&message);
            self.transcript = Some(transcript);
            return hello;
        }
        let mut transcript = self.transcript.take().unwrap_or_else(|| first.start(hash));
        transcript.add(&message);
        let psk = &self.psks[usize::from(hello.extensions.selected_identity.unwrap())];
        let share = hello.extensions.server_share.as_ref();
        let shared =
            share.map(|share| self.share.take().unwrap().agree(&share.key_exchange).unwrap());
        let secrets = Secrets::new(psk, shared.as_ref(), suite, &transcript);
        self.wire.protect_receiving(suite, &secrets.server);
        self.wire.protect_sending(suite, &secrets.client);
        self.client_handshake = Some(secrets.client.clone());
        self.transcript = Some(transcript);
        self.secrets = Some(secrets);
        hello
    }

    /// Receives EncryptedExtensions and Finished; later records use the keys of application data.
    pub fn take_flight(&mut self) -> EncryptedExtensions {
        let message = self.wire.next_message();
        let extensions = EncryptedExtensions::read(Reader::new(&message[4..])).unwrap();
        let transcript = self.transcript.as_mut().unwrap();
        transcript.add(&message);
        let secrets = self.secrets.as_mut().unwrap();
        let expected = finished(&secrets.server, transcript);
        let message = self.wire.next_message();
        assert_eq!(message, expected);
        transcript.add(&message);
        secrets.application(transcript);
        self.wire.protect_receiving(secrets.suite, &secrets.server);
        extensions
    }

    /// Finished, right or to be broken.
    pub fn finished(&self) -> Vec<u8> {
        let secret = self.client_handshake.as_ref().unwrap();
        finished(secret, self.transcript.as_ref().unwrap())
    }

    /// Adds a message to the transcript that the server has taken.
    pub fn add(&mut self, message: &[u8]) {
        self.transcript.as_mut().unwrap().add(message);
    }

    /// Sends with the handshake's keys, anew.
    pub fn send_with_handshake_keys(&mut self) {
        let suite = self.secrets.as_ref().unwrap().suite;
        self.wire.protect_sending(suite, self.client_handshake.as_ref().unwrap());
    }

    /// Sends with the keys of early data, as after the first ClientHello.
    pub fn send_with_early_keys(&mut self, suite: CipherSuite) {
        let psk = &self.psks[0];
        let hello = TranscriptBuffer::new(&self.first_hello).start(psk.hash);
        let early = EarlySecret::new(psk.hash, Some(&psk.key));
        let secret = early.client_early_traffic_secret(&hello.current());
        self.wire.protect_sending(suite, &secret);
    }

    /// Sends with the keys of application data.
    pub fn send_with_application_keys(&mut self) {
        let secrets = self.secrets.as_ref().unwrap();
        self.wire.protect_sending(secrets.suite, &secrets.client);
    }

    /// The first record under the keys of application data, with nothing inside: not even a content type.
    pub fn seal_nothing(&self) -> Vec<u8> {
        let secrets = self.secrets.as_ref().unwrap();
        let keys = secrets.client.keys(supported(secrets.suite));
        let header = [23, 3, 3, 0, TAG_LEN as u8];
        let mut record = header.to_vec();
        keys.key.seal(&keys.iv, &header, &mut record, header.len()).unwrap();
        record
    }

    /// Sends with the next generation of keys, as behind a KeyUpdate.
    pub fn update_sending(&mut self) {
        let secrets = self.secrets.as_mut().unwrap();
        secrets.client = secrets.client.next();
        self.send_with_application_keys();
    }

    /// Receives with the next generation of keys, as behind the server's KeyUpdate.
    pub fn update_receiving(&mut self) {
        let secrets = self.secrets.as_mut().unwrap();
        secrets.server = secrets.server.next();
        self.wire.protect_receiving(secrets.suite, &secrets.server);
    }

    /// A server that has sent its flight, which this client has taken.
    pub fn before_finished(config: ServerConfig, psk: PuppetPsk) -> (Self, Connection) {
        let mut server = server(config);
        let mut this = Self::new(vec![psk]);
        let hello = this.bind(this.hello().encode().unwrap());
        server.receive(&this.send_hello(&hello)).unwrap();
        this.take_server_hello(&transmitted(&mut server));
        this.take_flight();
        (this, server)
    }

    /// A server that is connected with this client.
    pub fn connected(config: ServerConfig, psk: PuppetPsk) -> (Self, Connection) {
        let (mut this, mut server) = Self::before_finished(config, psk);
        let finished = this.finished();
        server.receive(&this.wire.handshake(&finished)).unwrap();
        assert_eq!(server.state(), "CONNECTED");
        this.add(&finished);
        this.send_with_application_keys();
        this.wire.feed(&transmitted(&mut server));
        while server.poll_event().is_some() {}
        (this, server)
    }
}
