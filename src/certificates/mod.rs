//! X.509 certificates: those that an endpoint sends, and the verification of those that the peer sends (RFC 9846
//! section 4.5).

mod credentials;
mod identity;
mod leaf;
mod peer;
mod proof;
mod request;
mod trust;

pub use credentials::{Credentials, CredentialsError, KeySource};
pub(crate) use identity::{Identity, choose};
pub(crate) use peer::{RequestedSchemes, expiry, keep_for_ticket};
pub use proof::{signed_content, verify_proof};
pub use request::{Decision, SignatureRequest, VerificationRequest};
pub use trust::{TrustAnchors, TrustError, Verification};

/// Credentials as configurations hold them.
pub type SharedCredentials = std::sync::Arc<Credentials>;
