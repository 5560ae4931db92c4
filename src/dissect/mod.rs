//! For the demo page: messages from elsewhere, their binders, and records decrypted with a key log.
//!
//! A feature of the crate, `dissect`, which the package does not include: nothing here takes part in a connection.

mod attempt;
mod binders;
mod fields;
mod leak;
mod records;

pub use attempt::{AttemptedBinder, BinderAttempt, attempt_binder};
pub use binders::{BinderCheck, check_binders};
pub use fields::{Dissection, dissect, dissect_inner_plaintext, dissect_records};
pub use leak::{LeakedSecrets, secrets_of_leaked_psk};
pub use records::RecordOpener;
