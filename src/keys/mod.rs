//! Transcript hash, key schedule, exporters and key log (RFC 9846 sections 4.1 and 7).

mod exporter;
mod key_log;
mod schedule;
mod traffic;
mod transcript;

pub use exporter::Exporter;
pub use key_log::KeyLogLabel;
pub use schedule::{BinderKey, EarlySecret, HandshakeSecret, MainSecret, PskKind};
pub use traffic::{FinishedKey, TrafficKeys, TrafficSecret};
#[cfg(all(test, feature = "certificates"))]
pub(crate) use transcript::replace_in_transcript;
pub use transcript::{Transcript, TranscriptBuffer, binder_hash_of_first_hello};
