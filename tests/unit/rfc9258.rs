//! The PSK importer (RFC 9258): tests/vectors/README.md says where the values come from.

use std::sync::Arc;

use serde_json::Value;

use super::test;
use super::vectors::Vectors;
use crate::crypto::extract;
use crate::keys::{EarlySecret, PskKind};
use crate::psk::{PskList, import};
use crate::record::{Incoming, RecordReader};
use crate::wire::{ClientHello, Handshake, HandshakeType, Reader};
use crate::{ClientConfig, Connection, Entropy, ExternalPsk, HashAlgorithm, ImportedIdentity};

/// An external PSK imported for one target KDF.
struct Row {
    hash: HashAlgorithm,
    target: HashAlgorithm,
    values: Vectors,
}

impl Row {
    /// The PSK before it was imported.
    fn external(&self) -> ExternalPsk {
        let (identity, secret) = (self.values.get("ext_id"), self.values.get("epsk"));
        // One of the secrets has but four bytes.
        ExternalPsk::with_unsafe_short_secret(identity, secret, self.hash)
            .and_then(|psk| psk.with_context(self.values.get("ctx")))
            .unwrap()
    }
}

fn rows() -> Vec<Row> {
    let file: Value =
        serde_json::from_str(include_str!("../vectors/rfc9258-derived.json")).unwrap();
    let rows: Vec<_> = file.as_array().unwrap().iter().map(row).collect();
    assert_eq!(rows.len(), 8);
    rows
}

fn row(row: &Value) -> Row {
    assert_eq!(row["proto"], "0x304");
    let hash = match row["hash"].as_str() {
        Some("sha256") => HashAlgorithm::Sha256,
        Some("sha384") => HashAlgorithm::Sha384,
        other => panic!("{other:?} is no hash of TLS 1.3"),
    };
    let target = match row["kdf"].as_u64() {
        Some(1) => HashAlgorithm::Sha256,
        Some(2) => HashAlgorithm::Sha384,
        other => panic!("{other:?} is no KDF of RFC 9258"),
    };
    Row { hash, target, values: Vectors::from_json(row) }
}

/// The PSKs of the rows, each once: the rows of a PSK follow one another.
fn external_psks(rows: &[Row]) -> Vec<ExternalPsk> {
    let mut psks: Vec<_> = rows.iter().map(Row::external).collect();
    psks.dedup_by(|a, b| a.identity() == b.identity());
    assert_eq!(psks.len(), 4);
    psks
}

#[test]
fn imported_identities_are_encoded_and_read() {
    let mut compared = 0;
    for Row { target, mut values, .. } in rows() {
        let identity = ImportedIdentity {
            external_identity: values.get("ext_id").to_vec(),
            context: values.get("ctx").to_vec(),
            target_protocol: ImportedIdentity::TLS13,
            target_kdf: target.kdf_id(),
        };
        values.expect("ImportedIdentity", &identity.encode());
        assert_eq!(ImportedIdentity::read(values.get("ImportedIdentity")), Ok(identity));
        compared += values.compared();
    }
    assert_eq!(compared, 8);
}

#[test]
fn every_key_follows_from_the_external_psk_and_the_imported_identity() {
    let mut compared = 0;
    for Row { hash, target, mut values } in rows() {
        let zeros = vec![0; hash.output_len()];
        let epskx = extract(hash, &zeros, values.get("epsk"));
        values.expect("epskx", epskx.as_bytes());
        let ipskx = import(hash, values.get("epsk"), values.get("ImportedIdentity"), target);
        values.expect("ipskx", &ipskx);
        let early = EarlySecret::new(target, Some(&ipskx));
        values.expect("early", early.as_bytes());
        let binder_key = early.binder_key(PskKind::Imported);
        values.expect("imp_binder_key", binder_key.as_bytes());
        values.expect("finished_key", binder_key.finished_key().as_bytes());
        compared += values.compared();
    }
    assert_eq!(compared, 40);
}

#[test]
fn a_client_offers_each_psk_under_both_target_kdfs_with_binders_of_the_derived_keys() {
    let mut rows = rows();
    let mut config = ClientConfig::new();
    for psk in external_psks(&rows) {
        config.append_psk(&psk).unwrap();
    }
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([1; 32]));
    client.start().unwrap();
    let mut reader = RecordReader::default();
    reader.push(&client.poll_transmit().unwrap());
    let Ok(Some(Incoming::Handshake(message))) = reader.next_incoming() else {
        panic!("no handshake")
    };

    let (frame, body) = Handshake::read(&mut Reader::new(&message)).unwrap();
    assert_eq!(frame.msg_type, HandshakeType::CLIENT_HELLO);
    let offer = ClientHello::read(body).unwrap().extensions.pre_shared_key.unwrap();
    let truncated = &message[..message.len() - offer.binders_len()];
    assert_eq!((offer.identities.len(), offer.binders.len()), (8, 8));
    for ((row, psk), binder) in rows.iter_mut().zip(&offer.identities).zip(&offer.binders) {
        row.values.expect("ImportedIdentity", &psk.identity);
        assert_eq!(psk.obfuscated_ticket_age, 0);
        let transcript = row.target.digest(truncated);
        let key = row.values.get("finished_key");
        assert_eq!(row.target.hmac(key, transcript.as_ref()).as_ref(), binder);
    }
    assert_eq!(rows.iter().map(|row| row.values.compared()).sum::<usize>(), 8);
}

#[test]
fn a_server_finds_the_external_psk_of_every_imported_identity() {
    let rows = rows();
    let mut list = PskList::new();
    for psk in external_psks(&rows) {
        list.append(&psk).unwrap();
    }
    for row in &rows {
        let found = list.find(row.values.get("ImportedIdentity")).expect("a PSK");
        assert_eq!(found.hash, row.target);
        assert_eq!(found.psk.identity(), row.values.get("ext_id"));
        assert!(list.find(row.values.get("ext_id")).is_none(), "the PSK is offered imported only");
    }
}
