//! The crate's `keys`, with a transcript of published messages.

#[path = "../../../src/keys/exporter.rs"]
mod exporter;
#[path = "../../../src/keys/key_log.rs"]
mod key_log;
#[path = "../../../src/keys/schedule.rs"]
mod schedule;
#[path = "../../../src/keys/traffic.rs"]
mod traffic;
#[path = "transcript.rs"]
mod transcript;

pub use exporter::Exporter;
pub use key_log::KeyLogLabel;
pub use schedule::{BinderKey, BinderKind, EarlySecret, HandshakeSecret, MainSecret};
pub use traffic::{FinishedKey, TrafficKeys, TrafficSecret};
pub use transcript::{
    Transcript, TranscriptBuffer, binder_hash_of_first_hello, replace_in_transcript,
};
