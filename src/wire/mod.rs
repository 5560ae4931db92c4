//! Bytes to types and back. This layer knows no keys and makes no decisions.

mod alert;
mod certificate;
mod client_hello;
mod code_points;
mod codec;
mod enums;
mod extension_table;
mod extensions;
pub mod grease;
pub mod handshake;
mod messages;
mod pre_shared_key;
mod server_hello;

pub use alert::Alert;
pub use certificate::{Certificate, CertificateRequest, CertificateVerify};
pub use client_hello::{ClientExtensions, ClientHello};
pub(crate) use code_points::CodePointSet;
pub(crate) use codec::TOO_LONG;
pub use codec::{Reader, Span, SpanValue, Writer};
pub use enums::{
    CipherSuite, ContentType, ExtensionType, HandshakeType, KeyUpdateRequest, NamedGroup,
    ProtocolVersion, PskKeyExchangeMode, SignatureScheme,
};
pub use extension_table::{CHANGEABLE, EXTENSION_TABLE, Messages};
pub use extensions::KeyShareEntry;
pub use handshake::Handshake;
pub use messages::{EncryptedExtensions, EndOfEarlyData, Finished, KeyUpdate, NewSessionTicket};
pub use pre_shared_key::{OfferedPsks, PskIdentity};
pub use server_hello::{HELLO_RETRY_REQUEST_RANDOM, ServerExtensions, ServerHello};
