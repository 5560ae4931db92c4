//! The state of a HelloRetryRequest (RFC 9846 sections 4.2.2 and 4.2.4), stored until the second ClientHello arrives,
//! in the connection and in a cookie.

use std::collections::BinaryHeap;

use super::cookie::CookieKeys;
use crate::crypto::{Digest, HashAlgorithm, Random, Suite};
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::wire::{
    CipherSuite, ClientHello, HELLO_RETRY_REQUEST_RANDOM, KeyShareEntry, NamedGroup,
    ProtocolVersion, Reader, ServerExtensions, ServerHello, Writer,
};

/// The first byte of the state in a cookie, the version of its encoding.
const VERSION: u8 = 1;

/// The state between the first and the second ClientHello. It is the content of a cookie:
///
/// ```text
/// struct {
///     uint8 version = 1;
///     CipherSuite cipher_suite;
///     NamedGroup group;
///     uint8 early_data;
///     opaque client_hello<32..48>;
///     opaque repeated<32..32>;
///     opaque identity<0..32>;
/// } RetryState;
/// ```
pub(super) struct RetryState {
    pub(super) cipher_suite: Suite,
    pub(super) group: NamedGroup,
    /// The first ClientHello offered early data, which the HelloRetryRequest rejects (section 4.3.10).
    pub(super) early_data: bool,
    /// Hash(ClientHello1), with the suite's hash.
    client_hello: Vec<u8>,
    /// SHA-256 of the parts that the second ClientHello must repeat, in any order.
    repeated: Vec<u8>,
    /// SHA-256 of the selected identity; empty if none was selected.
    identity: Vec<u8>,
}

impl RetryState {
    /// The state that follows from `message`, the first ClientHello, which was read as `hello`. The parts that a second
    /// one may change are taken out of `hello`.
    pub(super) fn new(
        message: &[u8],
        hello: &mut ClientHello,
        cipher_suite: Suite,
        group: NamedGroup,
        identity: Option<&[u8]>,
    ) -> Result<Self, Error> {
        Ok(Self {
            cipher_suite,
            group,
            early_data: hello.extensions.early_data,
            client_hello: cipher_suite.hash().digest(message).as_ref().to_vec(),
            repeated: digest_of_repeated(hello)?,
            identity: identity.map(digest).unwrap_or_default(),
        })
    }

    /// The cookie with this state.
    pub(super) fn seal(
        &self,
        keys: &CookieKeys,
        scope: &Digest,
        random: &mut Random,
    ) -> Result<Vec<u8>, Error> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u16(self.cipher_suite.code_point().0);
        w.u16(self.group.0);
        w.u8(self.early_data.into());
        for digest in [&self.client_hello, &self.repeated, &self.identity] {
            w.vec8(|w| w.bytes(digest));
        }
        keys.seal(scope, &w.finish()?, random)
    }

    /// The state in a cookie; `None` if none of the keys has sealed it.
    pub(super) fn open(keys: &CookieKeys, scope: &Digest, cookie: &[u8]) -> Option<Self> {
        Self::read(&keys.open(scope, cookie)?).ok()
    }

    fn read(state: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(state);
        if r.u8("version")? != VERSION {
            return Err(Error::Decode("version"));
        }
        let this = Self {
            cipher_suite: Suite::of(CipherSuite(r.u16("cipher_suite")?))
                .ok_or(Error::Decode("cipher_suite"))?,
            group: NamedGroup(r.u16("group")?),
            early_data: r.u8("early_data")? != 0,
            client_hello: r.vec8("client_hello")?.rest().to_vec(),
            repeated: r.vec8("repeated")?.rest().to_vec(),
            identity: r.vec8("identity")?.rest().to_vec(),
        };
        r.finish("RetryState")?;
        Ok(this)
    }

    /// The HelloRetryRequest, and the transcript up to it: `message_hash` replaces the first ClientHello (section 4.1).
    pub(super) fn request(
        &self,
        legacy_session_id: &[u8],
        cookie: Option<Vec<u8>>,
    ) -> Result<(Vec<u8>, Transcript), Error> {
        let request = ServerHello {
            legacy_version: ProtocolVersion::TLS12,
            random: HELLO_RETRY_REQUEST_RANDOM,
            legacy_session_id_echo: legacy_session_id.to_vec(),
            cipher_suite: self.cipher_suite.code_point(),
            legacy_compression_method: 0,
            extensions: ServerExtensions {
                selected_version: Some(ProtocolVersion::TLS13),
                selected_group: Some(self.group),
                cookie,
                ..ServerExtensions::default()
            },
        }
        .encode()?;
        let hash = self.cipher_suite.hash();
        let mut transcript = Transcript::from_message_hash(hash, &self.client_hello);
        transcript.add(&request);
        Ok((request, transcript))
    }

    /// Checks a second ClientHello; returns its only share, for the requested group (section 4.3.8). The parts that it
    /// may have changed are taken out of it.
    pub(super) fn check(&self, hello: &mut ClientHello) -> Result<KeyShareEntry, Error> {
        if hello.extensions.early_data {
            return Err(Violation::RetryKeepsEarlyData.into());
        }
        let shares = hello.extensions.key_share.take();
        if digest_of_repeated(hello)? != self.repeated {
            return Err(Violation::RetryChangedClientHello.into());
        }
        match <[_; 1]>::try_from(shares.unwrap_or_default()) {
            Ok([share]) if share.group == self.group => Ok(share),
            _ => Err(Violation::RetryWrongKeyShare.into()),
        }
    }

    /// Whether a PSK was selected.
    pub(super) fn has_psk(&self) -> bool {
        !self.identity.is_empty()
    }

    /// Whether this identity was selected.
    pub(super) fn is_chosen(&self, identity: &[u8]) -> bool {
        digest(identity) == self.identity
    }
}

/// SHA-256 of the parts of a ClientHello that a second one repeats (section 4.2.2); the others are removed from the
/// hello.
///
/// The order of the extensions is not included: wolfSSL changes it, and nothing depends on it.
fn digest_of_repeated(hello: &mut ClientHello) -> Result<Vec<u8>, Error> {
    let extensions = &mut hello.extensions;
    extensions.drop_changeable();
    // Encoding puts the known extensions in a fixed order.
    // A heap sorts in a third of the code of `sort`, and as fast for any input; each kind occurs only once.
    let other = core::mem::take(&mut extensions.other);
    extensions.other = BinaryHeap::from(other).into_sorted_vec();
    Ok(digest(&hello.encode()?))
}

fn digest(bytes: &[u8]) -> Vec<u8> {
    HashAlgorithm::Sha256.digest(bytes).as_ref().to_vec()
}
