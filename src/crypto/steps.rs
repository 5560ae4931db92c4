//! A record of the computations, for the demo page.
//!
//! Every step of hash, HMAC, HKDF, key exchange and AEAD is recorded with its inputs and its output. This includes all
//! secrets of a connection, and nothing wipes them. Any dependency of a program could enable a cargo feature, so
//! recording needs `--cfg tls_psk_steps` instead, which only the page's build sets. Without it, nothing of this is
//! compiled.

#[cfg(tls_psk_steps)]
pub use on::{Step, record, take};

#[cfg(not(tls_psk_steps))]
pub(crate) use off::{Kept, step};
#[cfg(tls_psk_steps)]
pub(crate) use on::{Kept, step};

#[cfg(tls_psk_steps)]
mod on {
    use core::cell::RefCell;

    /// One computation.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Step {
        /// The operation: "hash", "hmac", "extract", "expand-label", "agree", "seal" or "open".
        pub operation: &'static str,
        /// The algorithm: the hash, the group or the AEAD.
        pub algorithm: &'static str,
        /// The label of an "expand-label", without its prefix.
        pub label: String,
        /// The inputs by their names in the specification.
        pub inputs: Vec<(&'static str, Vec<u8>)>,
        /// The output.
        pub output: Vec<u8>,
    }

    thread_local! {
        static STEPS: RefCell<Option<Vec<Step>>> = const { RefCell::new(None) };
    }

    /// Starts or stops recording the steps of this thread. Earlier records are dropped.
    pub fn record(on: bool) {
        STEPS.with_borrow_mut(|steps| *steps = on.then(Vec::new));
    }

    /// The steps since the last call.
    pub fn take() -> Vec<Step> {
        STEPS.with_borrow_mut(|steps| steps.as_mut().map(core::mem::take).unwrap_or_default())
    }

    /// Records a step, if recording is on.
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

    /// Bytes for a later step to show as its input.
    #[derive(Clone)]
    pub struct Kept(Vec<u8>);

    impl Kept {
        pub fn new(bytes: impl AsRef<[u8]>) -> Self {
            Self(bytes.as_ref().to_vec())
        }

        /// Keeps bytes that are computed only for this.
        pub fn of<B: AsRef<[u8]>>(bytes: impl FnOnce() -> B) -> Self {
            Self::new(bytes())
        }

        pub fn add(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }

        pub fn bytes(&self) -> &[u8] {
            &self.0
        }
    }
}

#[cfg(not(tls_psk_steps))]
mod off {
    #[inline(always)]
    pub fn step(
        _operation: &'static str,
        _algorithm: &'static str,
        _label: &str,
        _inputs: &[(&'static str, &[u8])],
        _output: &[u8],
    ) {
    }

    /// Keeps nothing, as steps are not recorded.
    #[derive(Clone)]
    pub struct Kept;

    impl Kept {
        #[inline(always)]
        pub fn new(_bytes: impl AsRef<[u8]>) -> Self {
            Self
        }

        #[inline(always)]
        pub fn of<B: AsRef<[u8]>>(_bytes: impl FnOnce() -> B) -> Self {
            Self
        }

        #[inline(always)]
        pub fn add(&mut self, _bytes: &[u8]) {}

        #[inline(always)]
        pub fn bytes(&self) -> &[u8] {
            &[]
        }
    }
}
