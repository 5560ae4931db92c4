//! What a handshake waits for when the application judges certificates, or has the keys.

use crate::wire::SignatureScheme;

/// The peer's certificates while they wait for a verdict. That the peer has the key of the first one is certain.
#[derive(Clone, Copy, Debug)]
pub struct VerificationRequest<'a> {
    /// In DER, the peer's own first.
    pub chain: &'a [Vec<u8>],
    /// The server's name as the client sent it: on a client, whom it wanted to reach.
    pub server_name: Option<&'a [u8]>,
}

/// What is to be signed with the key of a certificate of ours.
#[derive(Clone, Copy, Debug)]
pub struct SignatureRequest<'a> {
    /// The place of the credentials in the configuration's list; 0 on a client.
    pub credentials: usize,
    /// How it is to be signed.
    pub scheme: SignatureScheme,
    /// What is to be signed, not hashed yet.
    pub content: &'a [u8],
}

/// What the handshake waits for.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Whether the peer's certificate is accepted.
    Verify(VerificationRequest<'a>),
    /// A signature.
    Sign(SignatureRequest<'a>),
}

/// What an application says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is accepted: the peer is authenticated by it.
    Accept,
    /// It is not accepted, and the connection goes on with a peer that is not authenticated.
    Unverified,
    /// It is not accepted, and the handshake fails.
    Refuse,
}

impl From<bool> for Decision {
    fn from(accepted: bool) -> Self {
        if accepted { Self::Accept } else { Self::Refuse }
    }
}

/// What the application says to a [`Question`].
#[derive(Clone, Debug)]
pub enum Answer {
    /// What becomes of the certificate.
    Verdict(Decision),
    /// The signature.
    Signature(Vec<u8>),
}
