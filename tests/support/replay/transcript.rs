//! A transcript that takes a published message where the crate writes one that differs from it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::crypto::{Digest, HashAlgorithm};

#[path = "../../../src/keys/transcript.rs"]
mod own;

pub use own::binder_hash_of_first_hello;

thread_local! {
    static PUBLISHED: RefCell<BTreeMap<u8, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
}

/// From now on, in this thread, messages of the same types as these go into transcripts as these.
pub fn replace_in_transcript(messages: &[&[u8]]) {
    PUBLISHED.set(messages.iter().map(|message| (message[0], message.to_vec())).collect());
}

fn published(message: &[u8]) -> Vec<u8> {
    PUBLISHED.with_borrow(|published| {
        published.get(&message[0]).map_or_else(|| message.to_vec(), Clone::clone)
    })
}

/// The crate's own over published messages.
#[derive(Clone)]
pub struct TranscriptBuffer(own::TranscriptBuffer);

impl TranscriptBuffer {
    pub fn new(message: &[u8]) -> Self {
        Self(own::TranscriptBuffer::new(&published(message)))
    }

    pub fn messages(&self) -> &[u8] {
        self.0.messages()
    }

    pub fn start(&self, hash: HashAlgorithm) -> Transcript {
        Transcript(self.0.start(hash))
    }

    pub fn start_with_message_hash(&self, hash: HashAlgorithm) -> Transcript {
        Transcript(self.0.start_with_message_hash(hash))
    }
}

/// The crate's own over published messages.
#[derive(Clone)]
pub struct Transcript(own::Transcript);

impl Transcript {
    pub fn from_message_hash(hash: HashAlgorithm, client_hello: &[u8]) -> Self {
        Self(own::Transcript::from_message_hash(hash, client_hello))
    }

    pub fn add(&mut self, message: &[u8]) {
        self.0.add(&published(message));
    }

    pub fn current(&self) -> Digest {
        self.0.current()
    }

    pub fn with_truncated(&self, client_hello: &[u8]) -> Digest {
        self.0.with_truncated(client_hello)
    }
}
