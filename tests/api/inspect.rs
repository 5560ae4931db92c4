//! Messages and records as fields: every byte in one leaf, every field named and described.

#[cfg(feature = "dissect")]
use std::collections::BTreeSet;

use tls_psk::crypto::Random;
use tls_psk::wire::{
    CipherSuite, ClientExtensions, ClientHello, EncryptedExtensions, EndOfEarlyData, ExtensionType,
    Finished, HELLO_RETRY_REQUEST_RANDOM, HandshakeType, KeyShareEntry, KeyUpdate,
    KeyUpdateRequest, NamedGroup, NewSessionTicket, OfferedPsks, ProtocolVersion, PskIdentity,
    PskKeyExchangeMode, ServerExtensions, ServerHello, SignatureScheme, Span, SpanValue, Writer,
    grease, handshake,
};
use tls_psk::{Error, Event, ImportedIdentity, Violation, inspect, inspect_records};

use crate::support::{Pair, default_configs, drain};
use crate::test;

/// Makes messages of every kind, with random valid content.
struct Maker(Random);

impl Maker {
    fn below(&mut self, limit: usize) -> usize {
        u32::from_be_bytes(self.0.array()) as usize % limit
    }

    fn bytes(&mut self, lengths: std::ops::Range<usize>) -> Vec<u8> {
        let mut bytes = vec![0; lengths.start + self.below(lengths.len())];
        self.0.fill(&mut bytes);
        bytes
    }

    /// Something, half of the time.
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| make(self))
    }

    /// One to three of something.
    fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..=self.below(3)).map(|_| make(self)).collect()
    }

    /// A code point: a known one, a reserved one, or any.
    fn code_point(&mut self, known: &[u16]) -> u16 {
        match self.below(4) {
            0 => grease::two_bytes(self.0.array::<1>()[0]),
            1 => u16::from_be_bytes(self.0.array()),
            _ => known[self.below(known.len())],
        }
    }

    fn suite(&mut self) -> CipherSuite {
        CipherSuite(self.code_point(&[0x1301, 0x1302, 0x1303]))
    }

    fn group(&mut self) -> NamedGroup {
        NamedGroup(self.code_point(&[0x0017, 0x001d, 0x11ec]))
    }

    fn scheme(&mut self) -> SignatureScheme {
        SignatureScheme(self.code_point(&[0x0403, 0x0804, 0x0807]))
    }

    fn version(&mut self) -> ProtocolVersion {
        ProtocolVersion(self.code_point(&[0x0303, 0x0304]))
    }

    fn share(&mut self) -> KeyShareEntry {
        KeyShareEntry { group: self.group(), key_exchange: self.bytes(1..70) }
    }

    /// Unknown extensions in a ClientHello, each with a different type.
    fn other(&mut self) -> Vec<(ExtensionType, Vec<u8>)> {
        const INTERPRETED: [u16; 12] = [0, 10, 13, 16, 28, 33, 41, 42, 43, 44, 45, 51];
        let mut extensions = Vec::<(ExtensionType, Vec<u8>)>::new();
        for _ in 0..self.below(4) {
            let kind = self.code_point(&[1, 5, 21, 47, 48, 49, 50, 0xff01]);
            let twice = extensions.iter().any(|(other, _)| other.0 == kind);
            if !INTERPRETED.contains(&kind) && !twice {
                extensions.push((ExtensionType(kind), self.bytes(0..9)));
            }
        }
        extensions
    }

    /// Of an imported PSK now and then.
    fn identity(&mut self) -> Vec<u8> {
        if self.below(3) > 0 {
            return self.bytes(1..40);
        }
        let (external_identity, context) = (self.bytes(1..20), self.bytes(0..20));
        let (target_protocol, target_kdf) = (ImportedIdentity::TLS13, 1 + self.below(2) as u16);
        ImportedIdentity { external_identity, context, target_protocol, target_kdf }.encode()
    }

    fn offer(&mut self) -> OfferedPsks {
        let identities: Vec<_> = self.some(|maker| PskIdentity {
            identity: maker.identity(),
            obfuscated_ticket_age: u32::from_be_bytes(maker.0.array()),
        });
        let binders = identities.iter().map(|_| self.bytes(32..49)).collect();
        OfferedPsks { identities, binders }
    }

    fn client_hello(&mut self) -> Vec<u8> {
        ClientHello {
            legacy_version: self.version(),
            random: self.0.array(),
            legacy_session_id: self.bytes(0..33),
            cipher_suites: self.some(Self::suite),
            legacy_compression_methods: self.bytes(1..3),
            extensions: ClientExtensions {
                server_name: self.maybe(|maker| maker.bytes(1..20)),
                supported_groups: self.maybe(|maker| maker.some(Self::group)),
                signature_algorithms: self.maybe(|maker| maker.some(Self::scheme)),
                alpn: self.maybe(|maker| maker.some(|maker| maker.bytes(1..9))),
                record_size_limit: self.maybe(|maker| u16::from_be_bytes(maker.0.array())),
                early_data: self.below(2) == 0,
                cert_with_extern_psk: self.below(2) == 0,
                supported_versions: self.maybe(|maker| maker.some(Self::version)),
                cookie: self.maybe(|maker| maker.bytes(1..100)),
                psk_key_exchange_modes: self.maybe(|maker| {
                    maker.some(|maker| match maker.below(3) {
                        0 => PskKeyExchangeMode(grease::psk_key_exchange_mode(
                            maker.0.array::<1>()[0],
                        )),
                        mode => PskKeyExchangeMode(mode as u8),
                    })
                }),
                key_share: self.maybe(|maker| {
                    if maker.below(4) == 0 { Vec::new() } else { maker.some(Self::share) }
                }),
                pre_shared_key: self.maybe(Self::offer),
                other: self.other(),
                order: Vec::new(),
            },
        }
        .encode()
        .unwrap()
    }

    fn server_hello(&mut self, retry: bool) -> Vec<u8> {
        let index = self.below(9) as u16;
        ServerHello {
            legacy_version: self.version(),
            random: if retry { HELLO_RETRY_REQUEST_RANDOM } else { self.0.array() },
            legacy_session_id_echo: self.bytes(0..33),
            cipher_suite: self.suite(),
            legacy_compression_method: 0,
            extensions: ServerExtensions {
                selected_version: self.maybe(Self::version),
                server_share: self.maybe(Self::share).filter(|_| !retry),
                selected_group: self.maybe(Self::group).filter(|_| retry),
                selected_identity: (!retry).then_some(index),
                cert_with_extern_psk: !retry && self.below(2) == 0,
                cookie: self.maybe(|maker| maker.bytes(1..100)).filter(|_| retry),
                order: Vec::new(),
            },
        }
        .encode()
        .unwrap()
    }

    fn encrypted_extensions(&mut self) -> Vec<u8> {
        EncryptedExtensions {
            server_name: self.below(2) == 0,
            supported_groups: self.maybe(|maker| maker.some(Self::group)),
            alpn: self.maybe(|maker| maker.bytes(1..9)),
            record_size_limit: self.maybe(|maker| u16::from_be_bytes(maker.0.array())),
            early_data: self.below(2) == 0,
            order: Vec::new(),
        }
        .encode()
        .unwrap()
    }

    fn new_session_ticket(&mut self) -> Vec<u8> {
        NewSessionTicket {
            ticket_lifetime: u32::from_be_bytes(self.0.array()),
            ticket_age_add: u32::from_be_bytes(self.0.array()),
            ticket_nonce: self.bytes(0..9),
            ticket: self.bytes(1..200),
            max_early_data_size: self.maybe(|maker| u32::from_be_bytes(maker.0.array())),
        }
        .encode()
        .unwrap()
    }

    fn extension(&mut self, w: &mut Writer, kind: u16) {
        let data = self.bytes(0..9);
        w.u16(kind);
        w.vec16(|w| w.bytes(&data));
    }

    fn certificate(&mut self) -> Vec<u8> {
        let context = self.bytes(0..5);
        let entries = self.some(|maker| (maker.bytes(1..300), maker.below(2) == 0));
        handshake::encode(HandshakeType::CERTIFICATE, |w| {
            w.vec8(|w| w.bytes(&context));
            w.vec24(|w| {
                for (cert_data, status) in &entries {
                    w.vec24(|w| w.bytes(cert_data));
                    w.vec16(|w| {
                        if *status {
                            self.extension(w, ExtensionType::STATUS_REQUEST.0);
                        }
                    });
                }
            });
        })
        .unwrap()
    }

    fn certificate_request(&mut self) -> Vec<u8> {
        let context = self.bytes(0..5);
        let schemes = self.some(Self::scheme);
        handshake::encode(HandshakeType::CERTIFICATE_REQUEST, |w| {
            w.vec8(|w| w.bytes(&context));
            w.vec16(|w| {
                w.u16(ExtensionType::SIGNATURE_ALGORITHMS.0);
                w.vec16(|w| w.vec16(|w| schemes.iter().for_each(|scheme| w.u16(scheme.0))));
                self.extension(w, ExtensionType::CERTIFICATE_AUTHORITIES.0);
            });
        })
        .unwrap()
    }

    fn certificate_verify(&mut self) -> Vec<u8> {
        let (algorithm, signature) = (self.scheme(), self.bytes(0..100));
        handshake::encode(HandshakeType::CERTIFICATE_VERIFY, |w| {
            w.u16(algorithm.0);
            w.vec16(|w| w.bytes(&signature));
        })
        .unwrap()
    }

    fn opaque(&mut self, msg_type: u8, lengths: std::ops::Range<usize>) -> Vec<u8> {
        let body = self.bytes(lengths);
        handshake::encode(HandshakeType(msg_type), |w| w.bytes(&body)).unwrap()
    }

    fn message(&mut self) -> Vec<u8> {
        match self.below(14) {
            0..=2 => self.client_hello(),
            3 => self.server_hello(false),
            4 => self.server_hello(true),
            5 => self.encrypted_extensions(),
            6 => self.new_session_ticket(),
            7 => self.certificate(),
            8 => self.certificate_request(),
            9 => self.certificate_verify(),
            10 => Finished { verify_data: self.bytes(32..49) }.encode().unwrap(),
            11 => {
                let request_update = KeyUpdateRequest(self.below(2) as u8);
                KeyUpdate { request_update }.encode().unwrap()
            }
            12 => EndOfEarlyData.encode().unwrap(),
            // A synthetic message, one that is not part of TLS 1.3, and an unknown one.
            _ => {
                let msg_type = [HandshakeType::MESSAGE_HASH.0, 12, 99][self.below(3)];
                self.opaque(msg_type, 32..49)
            }
        }
    }

    fn messages(&mut self) -> Vec<Vec<u8>> {
        self.some(Self::message)
    }

    fn record(&mut self) -> Vec<u8> {
        let (kind, content) = match self.below(6) {
            0 => (20, vec![1]),
            1 => (21, vec![1 + self.below(2) as u8, [0, 40, 51, 233][self.below(4)]]),
            2 => (23, self.bytes(0..200)),
            3 => {
                // Not the whole message.
                let mut message = self.message();
                message.truncate(self.below(message.len()).max(1));
                (22, message)
            }
            _ => (22, self.messages().concat()),
        };
        record(kind, &content)
    }
}

#[cfg(feature = "dissect")]
impl Maker {
    /// The inner plaintext of a protected record: its content, type and padding.
    fn inner_plaintext(&mut self) -> Vec<u8> {
        let record = self.record();
        let padding = self.below(3) * 20;
        let mut inner = record[5..].to_vec();
        inner.push(record[0]);
        inner.resize(inner.len() + padding, 0);
        inner
    }
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(kind);
    w.u16(if content.len().is_multiple_of(2) { 0x0303 } else { 0x0301 });
    w.vec16(|w| w.bytes(content));
    w.finish().unwrap()
}

/// Fields are in the order of their bytes, and inside their enclosing fields.
fn assert_nested(spans: &[Span], len: usize) {
    let mut around: Vec<&Span> = Vec::new();
    let mut before = 0;
    for span in spans {
        assert!(before <= span.start && span.start <= span.end && span.end <= len, "{span:?}");
        assert!(span.depth <= around.len(), "{span:?} is in nothing");
        around.truncate(span.depth);
        if let Some(parent) = around.last() {
            assert!(parent.start <= span.start && span.end <= parent.end, "{span:?} in {parent:?}");
        }
        before = span.start;
        around.push(span);
    }
}

/// The leaves follow each other without gap or overlap, in every field that has fields inside.
fn assert_tiled(spans: &[Span], len: usize) {
    assert_nested(spans, len);
    let mut covered = 0;
    for (at, span) in spans.iter().enumerate() {
        let is_leaf = spans.get(at + 1).is_none_or(|next| next.depth <= span.depth);
        if is_leaf {
            assert_eq!(span.start, covered, "{span:?}");
            covered = span.end;
        }
    }
    assert_eq!(covered, len);
}

fn named(spans: &[Span], name: &str) -> Vec<SpanValue> {
    spans.iter().filter(|span| span.name == name).map(|span| span.value.clone()).collect()
}

#[test]
fn the_fields_of_generated_flights_tile_them() {
    let mut maker = Maker(Random::from_seed([1; 32]));
    for _ in 0..3_000 {
        let messages = maker.messages();
        let flight = messages.concat();
        let (spans, error) = inspect(&flight);
        assert_eq!(error, None, "{flight:02x?}");
        assert_tiled(&spans, flight.len());
        let whole = spans.iter().filter(|span| span.depth == 0).map(|span| span.end - span.start);
        assert_eq!(whole.collect::<Vec<_>>(), messages.iter().map(Vec::len).collect::<Vec<_>>());
    }
}

#[test]
fn the_fields_of_generated_records_tile_them() {
    let mut maker = Maker(Random::from_seed([2; 32]));
    for _ in 0..3_000 {
        let records = maker.some(Maker::record).concat();
        let (spans, error) = inspect_records(&records);
        assert_eq!(error, None, "{records:02x?}");
        assert_tiled(&spans, records.len());
    }
}

#[test]
fn where_bytes_stop_making_sense_the_fields_up_to_there_are_in_order() {
    let mut maker = Maker(Random::from_seed([3; 32]));
    let mut broken = 0;
    for turn in 0..3_000 {
        let mut bytes = if turn % 2 == 0 { maker.messages().concat() } else { maker.record() };
        match maker.below(3) {
            0 => bytes.truncate(maker.below(bytes.len())),
            1 => bytes = maker.bytes(0..100),
            _ => {
                let at = maker.below(bytes.len());
                bytes[at] ^= 1 << maker.below(8);
            }
        }
        for (spans, error) in [inspect(&bytes), inspect_records(&bytes)] {
            assert_nested(&spans, bytes.len());
            if error.is_none() {
                assert_tiled(&spans, bytes.len());
            }
            broken += usize::from(error.is_some());
        }
    }
    assert!(broken > 3_000, "only {broken} were broken");
}

#[test]
fn every_message_of_a_handshake_is_taken_apart_to_its_last_byte() {
    let (mut client, mut server) = default_configs();
    client.parameters_mut().set_trace(true);
    client.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    client.set_server_name("broker.example").unwrap();
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    server.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    server
        .set_cookie_keys(tls_psk::CookieKeys::new(tls_psk::SealingKeys::new(&[[1; 32]]).unwrap()));
    let mut pair = Pair::new(client, server).handshake();
    pair.assert_connected();
    pair.client.update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
    pair.run();
    let mut seen = Vec::new();
    for event in &pair.client_events {
        if let Event::Message { bytes, name, .. } = event {
            let (spans, error) = inspect(bytes);
            assert_eq!(error, None);
            assert_tiled(&spans, bytes.len());
            assert_eq!(spans[0].value, SpanValue::Named(name));
            assert!(!spans.iter().any(|span| span.name == "body"));
            seen.push(*name);
        }
    }
    assert_eq!(
        seen,
        [
            "client_hello",
            "hello_retry_request",
            "client_hello",
            "server_hello",
            "encrypted_extensions",
            "finished",
            "finished",
            "key_update",
        ]
    );
}

#[test]
fn what_a_side_puts_on_the_wire_can_be_pasted_with_its_record_headers() {
    let (client, server) = default_configs();
    let pair = Pair::new(client, server).handshake();
    for (bytes, message) in [(&pair.to_server, "client_hello"), (&pair.to_client, "server_hello")] {
        let (spans, error) = inspect_records(bytes);
        assert_eq!(error, None);
        assert_tiled(&spans, bytes.len());
        assert_eq!((spans[0].name, spans[0].depth), ("TLSPlaintext", 0));
        assert_eq!(spans[0].value, SpanValue::Named("handshake"));
        assert_eq!(named(&spans, "Handshake"), [SpanValue::Named(message)]);
        assert!(!named(&spans, "TLSCiphertext").is_empty());
    }
}

#[test]
fn fields_say_which_extension_and_message_they_are() {
    let (client, _) = default_configs();
    let mut pair = Pair::new(client, tls_psk::ServerConfig::new());
    pair.client.start().unwrap();
    let bytes = drain(&mut pair.client, &mut Vec::new());
    let (spans, _) = inspect_records(&bytes);
    let extensions = named(&spans, "Extension");
    assert_eq!(extensions, named(&spans, "extension_data"));
    assert_eq!(extensions, named(&spans, "extension_type"));
    let expected = [
        "GREASE",
        "GREASE",
        "supported_groups",
        "signature_algorithms",
        "supported_versions",
        "psk_key_exchange_modes",
        "key_share",
        "pre_shared_key",
    ];
    assert_eq!(extensions, expected.map(SpanValue::Named));
    for list in ["CipherSuite", "NamedGroup", "SignatureScheme", "ProtocolVersion"] {
        let values = named(&spans, list);
        assert_eq!(values[0], SpanValue::Named("GREASE"), "{list}");
        assert!(values.iter().all(|value| matches!(value, SpanValue::Named(_))), "{list}");
    }
    assert_eq!(named(&spans, "PskKeyExchangeMode"), [SpanValue::Named("psk_dhe_ke")]);
}

#[test]
fn a_fragment_of_a_message_is_not_taken_apart() {
    let mut maker = Maker(Random::from_seed([4; 32]));
    let hello = maker.client_hello();
    let (spans, error) = inspect_records(&record(22, &hello[..20]));
    assert_eq!(error, None);
    assert_eq!(named(&spans, "Handshake"), []);
    assert_eq!(spans.last().map(|span| span.name), Some("opaque"));
    let (_, error) = inspect_records(&record(22, &hello)[..50]);
    assert_eq!(error, Some(Error::Decode("fragment")));
    let (_, error) = inspect_records(&record(21, &[2]));
    assert_eq!(error, Some(Violation::BadAlertRecord.into()));
}

#[test]
fn an_empty_vector_is_its_length_alone() {
    let (spans, _) = inspect(&EndOfEarlyData.encode().unwrap());
    let fields: Vec<_> = spans.iter().map(|span| (span.name, span.start, span.end)).collect();
    assert_eq!(
        fields,
        [("Handshake", 0, 4), ("msg_type", 0, 1), ("EndOfEarlyData", 1, 4), ("length", 1, 4)]
    );
}

/// The keys of a table in the package's descriptions.
#[cfg(feature = "dissect")]
fn described(table: &str) -> BTreeSet<String> {
    let source = include_str!("../../pkg/src/describe.ts");
    let start = source.find(&format!("const {table}:")).expect("the table");
    let rest = &source[start..];
    let table = &rest[..rest.find("\n};").expect("its end")];
    let keys = table.lines().skip(1).filter_map(|line| {
        // Deeper lines are the texts.
        let (key, _) = line.strip_prefix("  ")?.split_once(':')?;
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then(|| key.to_owned())
    });
    keys.collect()
}

#[cfg(feature = "dissect")]
#[test]
fn what_protected_records_hold_is_tiled_with_fields() {
    let mut maker = Maker(Random::from_seed([6; 32]));
    for _ in 0..3_000 {
        let inner = maker.inner_plaintext();
        let dissection = tls_psk::dissect::dissect_inner_plaintext(&inner);
        assert_eq!(dissection.error, None);
        assert_tiled(&dissection.fields, inner.len());
        let messages = maker.messages().concat();
        let dissection = tls_psk::dissect::dissect(&messages);
        assert_eq!(dissection.error, None);
        assert_tiled(&dissection.fields, messages.len());
    }
}

#[cfg(feature = "dissect")]
#[test]
fn every_field_and_every_extension_is_described_and_nothing_else() {
    use tls_psk::dissect::{dissect, dissect_inner_plaintext};
    let mut maker = Maker(Random::from_seed([5; 32]));
    let (mut fields, mut extensions) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..10_000 {
        let messages = dissect(&maker.messages().concat()).fields;
        let inner = dissect_inner_plaintext(&maker.inner_plaintext()).fields;
        for spans in [messages, inspect_records(&maker.record()).0, inner] {
            for span in spans {
                fields.insert(span.name.to_owned());
                if let ("Extension", SpanValue::Named(name)) = (span.name, span.value) {
                    extensions.insert(name.to_owned());
                }
            }
        }
    }
    // Every named field occurs.
    for kind in (0..=u16::MAX).map(ExtensionType).filter_map(ExtensionType::name) {
        assert!(extensions.contains(kind), "no {kind} was generated");
    }
    assert_eq!(fields, described("FIELDS"));
    assert_eq!(extensions, described("EXTENSIONS"));
}
