//! X.509 certificates: those that an endpoint sends, and the verification of those that the peer sends (RFC 9846
//! section 4.5).

mod credentials;
mod leaf;
mod proof;
mod request;
mod trust;

pub use credentials::{Credentials, CredentialsError, KeySource};
pub(crate) use leaf::not_after;
pub use proof::{Signer, signed_content, verify_proof};
pub use request::{Answer, Decision, Question, SignatureRequest, VerificationRequest};
pub use trust::{TrustAnchors, TrustError, Verification};
