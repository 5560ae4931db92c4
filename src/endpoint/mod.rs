//! What client and server have in common: parameters, events, the way in and out, and the connection once it is
//! established.

mod context;
mod established;
mod event;
mod parameters;

pub use context::Context;
pub use established::{Established, TrafficSecrets};
pub use event::{Direction, EarlyDataOutcome, Event, Negotiated, PskOutcome};
pub use parameters::{ConfigError, MIN_RECORD_SIZE_LIMIT, Parameters};
