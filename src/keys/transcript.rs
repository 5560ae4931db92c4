//! The transcript hash (RFC 9846 section 4.1).

use crate::crypto::steps::{Kept, step};
use crate::crypto::{Digest, HashAlgorithm, Hasher};
use crate::wire::HandshakeType;

#[cfg(all(test, feature = "certificates"))]
use replay::published;
#[cfg(all(test, feature = "certificates"))]
pub(crate) use replay::replace_in_transcript;

/// The first ClientHello, stored until the hash is known, which follows from the server's choice of PSK and suite.
#[derive(Clone, Default)]
pub struct TranscriptBuffer {
    messages: Vec<u8>,
}

impl TranscriptBuffer {
    /// Starts with a whole handshake message.
    pub fn new(message: &[u8]) -> Self {
        #[cfg(all(test, feature = "certificates"))]
        let message = &published(message)[..];
        Self { messages: message.to_vec() }
    }

    /// Hashes the stored messages.
    pub fn start(&self, hash: HashAlgorithm) -> Transcript {
        let mut transcript = Transcript::new(hash);
        transcript.add(&self.messages);
        transcript
    }

    /// Hashes the stored messages as the synthetic `message_hash` that replaces a ClientHello before a
    /// HelloRetryRequest.
    pub fn start_with_message_hash(&self, hash: HashAlgorithm) -> Transcript {
        Transcript::from_message_hash(hash, hash.digest(&self.messages).as_ref())
    }
}

/// A running hash over the handshake messages.
#[derive(Clone)]
pub struct Transcript {
    hasher: Hasher,
    hash: HashAlgorithm,
    seen: Kept,
}

impl Transcript {
    fn new(hash: HashAlgorithm) -> Self {
        Self { hasher: hash.hasher(), hash, seen: Kept::new([]) }
    }

    /// A transcript that begins with `message_hash` over an earlier ClientHello's digest, as after a
    /// HelloRetryRequest.
    pub fn from_message_hash(hash: HashAlgorithm, client_hello: &[u8]) -> Self {
        let mut transcript = Self::new(hash);
        transcript.add(&[HandshakeType::MESSAGE_HASH.0, 0, 0, client_hello.len() as u8]);
        transcript.add(client_hello);
        transcript
    }

    /// Adds a whole handshake message, header included.
    pub fn add(&mut self, message: &[u8]) {
        #[cfg(all(test, feature = "certificates"))]
        let message = &published(message)[..];
        self.hasher.update(message);
        self.seen.add(message);
    }

    /// Transcript-Hash of the messages so far.
    pub fn current(&self) -> Digest {
        let digest = self.hasher.peek();
        self.explain(&[], &digest);
        digest
    }

    /// Transcript-Hash of the messages so far and a truncated ClientHello, which the binders of a second ClientHello
    /// cover (section 4.3.11.2).
    pub fn with_truncated(&self, client_hello: &[u8]) -> Digest {
        let mut hasher = self.hasher.clone();
        hasher.update(client_hello);
        let digest = hasher.finish();
        self.explain(client_hello, &digest);
        digest
    }

    #[inline(always)]
    fn explain(&self, more: &[u8], digest: &Digest) {
        let mut message = self.seen.clone();
        message.add(more);
        step("hash", self.hash.name(), "", &[("message", message.bytes())], digest.as_ref());
    }
}

/// The hash that a binder of a first ClientHello covers: that of the ClientHello up to the binders (section 4.3.11.2).
pub fn binder_hash_of_first_hello(hash: HashAlgorithm, truncated: &[u8]) -> Digest {
    hash.digest(truncated)
}

/// Messages that a published handshake has where ours are others, for the crate's own tests.
#[cfg(all(test, feature = "certificates"))]
mod replay {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        static PUBLISHED: RefCell<BTreeMap<u8, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// From now on, in this thread, messages of the same types as these go into transcripts as these.
    pub(crate) fn replace_in_transcript(messages: &[&[u8]]) {
        PUBLISHED.set(messages.iter().map(|message| (message[0], message.to_vec())).collect());
    }

    pub(super) fn published(message: &[u8]) -> Vec<u8> {
        PUBLISHED.with_borrow(|published| {
            let msg_type = message.first();
            msg_type
                .and_then(|msg_type| published.get(msg_type))
                .map_or(message, Vec::as_slice)
                .to_vec()
        })
    }
}
