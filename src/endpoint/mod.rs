//! Shared by client and server: parameters, events, input and output, the secrets and certificates of a handshake, and
//! the established connection.

mod context;
mod established;
mod event;
mod own_certificate;
mod parameters;
mod peer_certificate;
mod psk_config_error;
mod question;
mod secrets;
mod suspended;

pub use context::Context;
pub use established::{Established, Resumption, TrafficSecrets};
pub use event::{EarlyDataOutcome, Event, Negotiated, PskOutcome, SessionRefusal};
pub use own_certificate::{AuthenticatedFlight, Shown, Signing, send_certificate, show};
pub use parameters::{ConfigError, MIN_RECORD_SIZE_LIMIT, Parameters};
pub use peer_certificate::{Authenticated, Judgement, Verifying, WaitCertificateVerify};
pub use psk_config_error::PskConfigError;
pub use question::{Answer, Question};
pub use secrets::{send_finished, take_finished};
