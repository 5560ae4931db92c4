//! The targets of the fuzzers, as functions of bytes, so that found inputs are replayed as tests, too.
//!
//! # Invariants
//!
//! Every target asserts some of these, which are stated here once:
//!
//! 1. No input causes a panic.
//! 2. Bytes of a peer cause neither a usage error nor an internal error ([`check_error`]).
//! 3. A fatal error is final: the connection sends at most one alert, and then nothing, and accepts nothing.
//! 4. If both ends are connected, they agree about what was negotiated, and export the same keys.
//! 5. What an application receives is a prefix of what its peer's application has sent.
//! 6. What a codec reads and writes again, it reads as the same.
//! 7. What this crate accepts, another parser reads as the same.
//! 8. A call at the wrong time is a usage error, and changes nothing.

mod calls;
mod codec;
mod conversation;
mod differential;
mod endpoints;
mod flights;
mod input;
mod seeds;
mod stored;

#[path = "../../tests/support/puppet/mod.rs"]
mod puppet;
#[path = "../../tests/support/mod.rs"]
mod support;

pub use calls::calls;
pub use codec::codec;
pub use conversation::conversation;
pub use differential::differential;
pub use endpoints::check_error;
pub use flights::flights;
pub use seeds::seeds;
pub use stored::stored;
