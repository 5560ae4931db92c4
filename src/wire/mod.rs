//! Bytes to types and back. This layer knows no keys and makes no decisions.

mod enums;

pub use enums::{
    CipherSuite, ContentType, ExtensionType, HandshakeType, KeyUpdateRequest, NamedGroup,
    ProtocolVersion, PskKeyExchangeMode, SignatureScheme,
};
