//! The computations as they were made, for the demo page to show (feature `steps`).
//!
//! Every step of hash, HMAC, HKDF, key exchange and AEAD is recorded with its inputs and its output: with all secrets of
//! a connection, and nothing wipes them. No build of the package has this feature.

use core::cell::RefCell;

/// One computation.
#[derive(Clone, PartialEq, Eq)]
pub struct Step {
    /// What was computed: "hash", "hmac", "extract", "expand-label", "agree", "seal" or "open".
    pub operation: &'static str,
    /// With what: the hash, the group or the AEAD.
    pub algorithm: &'static str,
    /// The label of an "expand-label", without its prefix.
    pub label: String,
    /// The inputs by their names in the specification.
    pub inputs: Vec<(&'static str, Vec<u8>)>,
    /// What came of it.
    pub output: Vec<u8>,
}

thread_local! {
    static STEPS: RefCell<Option<Vec<Step>>> = const { RefCell::new(None) };
}

/// Begins to record the steps of this thread, or ends it. What was recorded before is dropped.
pub fn record(on: bool) {
    STEPS.with_borrow_mut(|steps| *steps = on.then(Vec::new));
}

/// What was recorded since the last call.
pub fn take() -> Vec<Step> {
    STEPS.with_borrow_mut(|steps| steps.as_mut().map(core::mem::take).unwrap_or_default())
}

/// Records a step, if steps are recorded.
pub fn step(
    operation: &'static str,
    algorithm: &'static str,
    label: &str,
    inputs: &[(&'static str, &[u8])],
    output: &[u8],
) {
    STEPS.with_borrow_mut(|steps| {
        if let Some(steps) = steps {
            steps.push(Step {
                operation,
                algorithm,
                label: label.to_owned(),
                inputs: inputs.iter().map(|(name, bytes)| (*name, bytes.to_vec())).collect(),
                output: output.to_vec(),
            });
        }
    });
}
