//! The requests of a handshake to an application that verifies certificates, or has the keys.

use crate::wire::SignatureScheme;

/// The peer's certificates while a verdict is pending. The peer has proved that it has the key of the first one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct VerificationRequest<'a> {
    /// In DER, the peer's own first.
    pub chain: &'a [Vec<u8>],
    /// The server name that the client sent.
    pub server_name: Option<&'a [u8]>,
}

/// A request to sign with the key of this side's certificate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SignatureRequest<'a> {
    /// The place of the credentials in the configuration's list; 0 on a client.
    pub credentials: usize,
    /// The scheme of the signature.
    pub scheme: SignatureScheme,
    /// The content to sign, not hashed yet.
    pub content: &'a [u8],
}

/// An application's decision about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// The certificate is accepted, and authenticates the peer.
    Accept,
    /// The certificate is not accepted, but the connection continues with a peer that is not authenticated.
    Unverified,
    /// The certificate is not accepted, and the handshake fails.
    Refuse,
}

impl From<bool> for Decision {
    fn from(accepted: bool) -> Self {
        if accepted { Self::Accept } else { Self::Refuse }
    }
}
