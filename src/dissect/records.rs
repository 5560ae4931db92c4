//! Protected records, opened with a secret from a key log (RFC 9846 section 5.2, RFC 9850).

use crate::crypto::{Secret, Suite, TAG_LEN};
use crate::error::{Error, Violation};
use crate::keys::TrafficSecret;
use crate::record::{HEADER_LEN, MAX_PLAINTEXT, Opener};
use crate::wire::CipherSuite;

/// Opens the records of one direction, from the first that its traffic secret protects.
pub struct RecordOpener {
    suite: Suite,
    secret: TrafficSecret,
    opener: Opener,
}

impl RecordOpener {
    /// With the secret of a line of the key log; `None` if it does not fit the suite, or the suite is unknown.
    pub fn new(suite: CipherSuite, secret: &[u8]) -> Option<Self> {
        let suite = Suite::of(suite)?;
        let hash = suite.hash();
        let secret = TrafficSecret::restore(hash, Secret::from_bytes(hash, secret)?);
        let opener = Opener::new(secret.keys(suite));
        Some(Self { suite, secret, opener })
    }

    /// The `TLSInnerPlaintext` of the next record, with its type and its padding. A record that this secret does not
    /// open is not counted.
    pub fn open(&mut self, record: &[u8]) -> Result<Vec<u8>, Error> {
        let (header, fragment) =
            record.split_first_chunk::<HEADER_LEN>().ok_or(Error::Decode("TLSCiphertext"))?;
        let mut fragment = fragment.to_vec();
        let inner_len = fragment.len().checked_sub(TAG_LEN).ok_or(Violation::BadRecordMac)?;
        let content_type = self.opener.open(header, &mut fragment, MAX_PLAINTEXT + 1)?;
        fragment.push(content_type.0);
        fragment.resize(inner_len, 0);
        Ok(fragment)
    }

    /// Advances to the secret after a KeyUpdate (RFC 9846 section 7.2).
    pub fn update(&mut self) {
        self.secret = self.secret.next();
        self.opener = Opener::new(self.secret.keys(self.suite));
    }
}
