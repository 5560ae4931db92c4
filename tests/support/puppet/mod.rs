//! Peers that have the keys and send what they are told to: any message, valid or not, protected, at any time.
//!
//! They run the key schedule with the crate's `keys` and `record`, and decide nothing. What they send is made with the
//! crate's codec and then edited, or made up byte by byte.
#![allow(dead_code, reason = "each test module uses a part of it")]

mod client;
mod server;

pub use client::PuppetClient;
pub use server::PuppetServer;

use std::sync::Arc;

use tls_psk::crypto::{Digest, SharedSecret};
use tls_psk::keys::{EarlySecret, HandshakeSecret, MainSecret, PskKind, TrafficSecret, Transcript};
use tls_psk::record::{Opener, Sealer};
use tls_psk::wire::{CipherSuite, ContentType, Finished, HandshakeType};
use tls_psk::{
    AlertDescription, Connection, Direction, Entropy, Error, Event, HashAlgorithm, ServerConfig,
    Usage,
};

use crate::support::supported;

/// The start of a hello's body: version, random and the length of the session id.
const HELLO_HEAD: usize = 2 + 32 + 1;
/// The largest `TLSPlaintext.fragment`.
const MAX_PLAINTEXT: usize = 1 << 14;

/// A PSK with an accessible secret.
#[derive(Clone)]
pub struct PuppetPsk {
    pub identity: Vec<u8>,
    pub key: Vec<u8>,
    pub hash: HashAlgorithm,
    pub kind: PskKind,
}

impl PuppetPsk {
    /// The same PSK as [`super::support::psk`] makes.
    pub fn external(identity: &str, hash: HashAlgorithm) -> Self {
        let key = hash.digest(identity.as_bytes()).as_ref().to_vec();
        Self { identity: identity.as_bytes().to_vec(), key, hash, kind: PskKind::External }
    }

    /// Its binder over a transcript hash.
    pub fn binder(&self, transcript_hash: &Digest) -> Vec<u8> {
        let early_secret = EarlySecret::new(self.hash, Some(&self.key));
        let key = early_secret.binder_key(self.kind).finished_key();
        key.verify_data(transcript_hash).as_ref().to_vec()
    }
}

/// A record that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub content_type: ContentType,
    pub content: Vec<u8>,
    pub protected: bool,
}

/// Records both ways, each direction protected once it has a secret.
#[derive(Default)]
pub struct Wire {
    sealer: Option<Sealer>,
    opener: Option<Opener>,
    received: Vec<u8>,
}

impl Wire {
    pub fn protect_sending(&mut self, suite: CipherSuite, secret: &TrafficSecret) {
        self.sealer = Some(Sealer::new(secret.keys(supported(suite)), u64::MAX));
    }

    pub fn protect_receiving(&mut self, suite: CipherSuite, secret: &TrafficSecret) {
        self.opener = Some(Opener::new(secret.keys(supported(suite))));
    }

    /// A record with this content, whatever its length.
    pub fn record(&mut self, content_type: ContentType, content: &[u8]) -> Vec<u8> {
        self.padded(content_type, content, 0)
    }

    /// As [`Wire::record`], with so many zeros behind the content type.
    pub fn padded(&mut self, content_type: ContentType, content: &[u8], padding: usize) -> Vec<u8> {
        let Some(sealer) = &mut self.sealer else { return plaintext(content_type.0, content) };
        let mut out = Vec::new();
        sealer.seal(content_type, content, padding, &mut out).unwrap();
        out
    }

    /// A handshake message in as many records as it needs.
    pub fn handshake(&mut self, message: &[u8]) -> Vec<u8> {
        let fragments = message.chunks(MAX_PLAINTEXT);
        fragments.flat_map(|fragment| self.record(ContentType::HANDSHAKE, fragment)).collect()
    }

    /// A record of application data.
    pub fn data(&mut self, content: &[u8]) -> Vec<u8> {
        self.record(ContentType::APPLICATION_DATA, content)
    }

    /// An alert of the level "fatal".
    pub fn alert(&mut self, description: AlertDescription) -> Vec<u8> {
        self.record(ContentType::ALERT, &[2, description.0])
    }

    /// Takes what the other side has sent.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
    }

    /// The next record, opened; change_cipher_spec records are passed over.
    pub fn next_record(&mut self) -> Option<Opened> {
        loop {
            let header: [u8; 5] = *self.received.first_chunk()?;
            let end = 5 + usize::from(u16::from_be_bytes([header[3], header[4]]));
            let mut content: Vec<u8> = self.received.get(5..end)?.to_vec();
            self.received.drain(..end);
            let content_type = ContentType(header[0]);
            if content_type == ContentType::CHANGE_CIPHER_SPEC {
                assert_eq!(content, [1]);
                continue;
            }
            if content_type != ContentType::APPLICATION_DATA {
                return Some(Opened { content_type, content, protected: false });
            }
            let opener = self.opener.as_mut().expect("a key for a protected record");
            let content_type = opener.open(&header, &mut content, MAX_PLAINTEXT + 1).unwrap();
            return Some(Opened { content_type, content, protected: true });
        }
    }

    /// The next handshake message, whose last record must end with it.
    pub fn next_message(&mut self) -> Vec<u8> {
        let mut message = Vec::new();
        loop {
            let record = self.next_record().expect("a handshake message");
            assert_eq!(record.content_type, ContentType::HANDSHAKE);
            message.extend(record.content);
            if let [_, a, b, c, body @ ..] = &message[..]
                && body.len() >= u32::from_be_bytes([0, *a, *b, *c]) as usize
            {
                return message;
            }
        }
    }
}

/// A record without protection.
pub fn plaintext(content_type: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[content_type, 3, 3], &length[..], content].concat()
}

/// A handshake message of any type with any body.
pub fn message(msg_type: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[msg_type], &length[1..], body].concat()
}

/// A hello or EncryptedExtensions taken apart, so that its extensions can be anything.
pub struct Raw {
    msg_type: u8,
    pub head: Vec<u8>,
    pub extensions: Vec<(u16, Vec<u8>)>,
}

impl Raw {
    pub fn new(message: &[u8]) -> Self {
        let mut head_len = 0;
        let body = &message[4..];
        match HandshakeType(message[0]) {
            HandshakeType::CLIENT_HELLO => {
                head_len = HELLO_HEAD + usize::from(body[34]);
                let suites = usize::from(u16::from_be_bytes([body[head_len], body[head_len + 1]]));
                head_len += 2 + suites;
                head_len += 1 + usize::from(body[head_len]);
            }
            HandshakeType::SERVER_HELLO => head_len = HELLO_HEAD + usize::from(body[34]) + 3,
            _ => {}
        }
        let (head, block) = body.split_at(head_len);
        let mut extensions = Vec::new();
        let mut rest = &block[2..];
        while let [a, b, c, d, tail @ ..] = rest {
            let (data, tail) = tail.split_at(usize::from(u16::from_be_bytes([*c, *d])));
            extensions.push((u16::from_be_bytes([*a, *b]), data.to_vec()));
            rest = tail;
        }
        Self { msg_type: message[0], head: head.to_vec(), extensions }
    }

    /// The data of an extension that is there.
    pub fn data(&mut self, kind: u16) -> &mut Vec<u8> {
        let extension = self.extensions.iter_mut().find(|(other, _)| *other == kind);
        &mut extension.unwrap_or_else(|| panic!("no extension {kind}")).1
    }

    /// Puts an extension before all others.
    pub fn prepend(&mut self, kind: u16, data: &[u8]) {
        self.extensions.insert(0, (kind, data.to_vec()));
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut block = Vec::new();
        for (kind, data) in &self.extensions {
            block.extend(kind.to_be_bytes());
            block.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            block.extend(data);
        }
        let length = u16::try_from(block.len()).unwrap().to_be_bytes();
        message(self.msg_type, &[&self.head, &length[..], &block].concat())
    }
}

/// The secrets of both directions, as far as they are derived.
struct Secrets {
    suite: CipherSuite,
    handshake: Option<HandshakeSecret>,
    client: TrafficSecret,
    server: TrafficSecret,
    main: Option<MainSecret>,
}

impl Secrets {
    fn new(
        psk: &PuppetPsk,
        shared: Option<&SharedSecret>,
        suite: CipherSuite,
        transcript: &Transcript,
    ) -> Self {
        let early = EarlySecret::new(psk.hash, Some(&psk.key));
        let handshake = early.into_handshake_secret(shared);
        let so_far = transcript.current();
        Self {
            suite,
            client: handshake.client_handshake_traffic_secret(&so_far),
            server: handshake.server_handshake_traffic_secret(&so_far),
            handshake: Some(handshake),
            main: None,
        }
    }

    /// Switches to the secrets of application data; the transcript is up to the server's Finished.
    fn application(&mut self, transcript: &Transcript) {
        let main = self.handshake.take().expect("handshake secret").into_main_secret();
        let so_far = transcript.current();
        self.client = main.client_application_traffic_secret(&so_far);
        self.server = main.server_application_traffic_secret(&so_far);
        self.main = Some(main);
    }
}

fn finished(secret: &TrafficSecret, transcript: &Transcript) -> Vec<u8> {
    let verify_data = secret.finished_key().verify_data(&transcript.current()).as_ref().to_vec();
    Finished { verify_data }.encode().unwrap()
}

/// A server under test.
pub fn server(mut config: ServerConfig) -> Connection {
    // Tests play both sides in one process.
    config.parameters_mut().set_allow_both_roles(true);
    Connection::server(Arc::new(config), Entropy::from_seed([2; 32]))
}

/// Everything the connection wants to send.
pub fn transmitted(connection: &mut Connection) -> Vec<u8> {
    std::iter::from_fn(|| connection.poll_transmit()).flatten().collect()
}

/// The result of an abort: the error for the application, and the alert for the peer.
#[derive(Clone, Copy, Debug)]
pub struct Abort(pub Error, pub AlertDescription);

/// The connection has aborted and reported this once: one alert, protected if the peer has the keys for it; no
/// plaintext is delivered; and it is closed permanently.
pub fn assert_aborted(
    row: &str,
    connection: &mut Connection,
    result: Result<(), Error>,
    wire: &mut Wire,
    Abort(error, alert): Abort,
) {
    assert_eq!(result, Err(error), "{row}");
    assert_eq!(connection.failure(), Some(error), "{row}");
    wire.feed(&transmitted(connection));
    let mut alerts = Vec::new();
    while let Some(record) = wire.next_record() {
        assert!(alerts.is_empty(), "{row}: something follows the alert");
        if record.content_type == ContentType::ALERT {
            alerts.push(record);
        }
    }
    let protected = wire.opener.is_some();
    let content = vec![2, alert.0];
    assert_eq!(alerts, [Opened { content_type: ContentType::ALERT, content, protected }], "{row}");
    let sent = Event::Alert { direction: Direction::Sent, description: alert };
    let events: Vec<Event> = std::iter::from_fn(|| connection.poll_event()).collect();
    assert_eq!(events.iter().filter(|event| **event == sent).count(), 1, "{row}");
    assert_no_plaintext(row, &events);
    assert_closed_for_good(row, connection);
}

/// The connection has ended with an error that is not answered: the peer's own alert, or its closure.
pub fn assert_ended_silently(
    row: &str,
    connection: &mut Connection,
    result: Result<(), Error>,
    error: Error,
) {
    assert_eq!(result, Err(error), "{row}");
    assert!(transmitted(connection).is_empty(), "{row}: an answer to an alert");
    let events: Vec<Event> = std::iter::from_fn(|| connection.poll_event()).collect();
    assert_no_plaintext(row, &events);
    assert_closed_for_good(row, connection);
}

fn assert_no_plaintext(row: &str, events: &[Event]) {
    let plaintext = |event: &&Event| matches!(event, Event::Data(_) | Event::EarlyData(_));
    assert_eq!(events.iter().find(plaintext), None, "{row}");
    let clean = events.iter().any(|event| matches!(event, Event::CloseNotify));
    assert!(!clean, "{row}: a failure passes for a clean end");
}

/// Every call on it fails with a usage error and sends nothing.
fn assert_closed_for_good(row: &str, connection: &mut Connection) {
    let failed = Err(Usage::ConnectionFailed.into());
    assert_eq!(connection.state(), "FAILED", "{row}");
    assert_eq!(connection.receive(&[23, 3, 3, 0, 17]), failed, "{row}");
    assert_eq!(connection.receive(&[]), failed, "{row}");
    assert_eq!(connection.send(b"more"), failed, "{row}");
    let request = tls_psk::wire::KeyUpdateRequest::UPDATE_REQUESTED;
    assert_eq!(connection.update_keys(request), failed, "{row}");
    let exported = connection.export_keying_material("test", None, &mut [0; 32]);
    assert_eq!(exported, Err(Usage::HandshakeNotComplete.into()), "{row}");
    assert_eq!(connection.negotiated(), None, "{row}");
    assert_eq!((connection.close(), connection.transport_closed()), (Ok(()), Ok(())), "{row}");
    assert_eq!((connection.poll_transmit(), connection.poll_event()), (None, None), "{row}");
}
