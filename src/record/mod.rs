//! The record layer (RFC 9846 section 5): framing, protection and their limits.

mod deframer;
mod joiner;
mod protection;
mod reader;
mod writer;

pub use joiner::{Boundary, HandshakeJoiner, Joined, refusal_of_length};
pub use protection::{Opener, Sealer};
pub use reader::{Incoming, ReaderState, RecordReader};
pub use writer::{RecordWriter, WriterState};

/// The largest `TLSPlaintext.fragment`, in bytes (section 5.1).
pub const MAX_PLAINTEXT: usize = 1 << 14;
/// The largest `TLSCiphertext.encrypted_record`, in bytes (section 5.2).
pub const MAX_CIPHERTEXT: usize = MAX_PLAINTEXT + 256;
/// `ContentType`, `legacy_record_version` and `length`.
pub const HEADER_LEN: usize = 5;
