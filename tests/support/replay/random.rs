//! Randomness that a test can choose.

use std::cell::RefCell;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::CryptoError;

thread_local! {
    static SCRIPT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Replaces the crate's own type: it first returns the given bytes, from the front.
pub struct Random {
    script: std::vec::IntoIter<u8>,
    generator: ChaCha20Rng,
}

impl Random {
    /// What the next one that this thread makes has to give.
    pub fn prepare(values: &[&[u8]]) {
        SCRIPT.set(values.concat());
    }

    pub fn from_os() -> Result<Self, CryptoError> {
        Err(CryptoError::Random)
    }

    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { script: SCRIPT.take().into_iter(), generator: ChaCha20Rng::from_seed(seed) }
    }

    pub(super) fn generator(&mut self) -> &mut ChaCha20Rng {
        &mut self.generator
    }

    pub fn fill(&mut self, out: &mut [u8]) {
        for byte in out {
            *byte = self.script.next().unwrap_or_else(|| {
                let mut next = [0];
                self.generator.fill_bytes(&mut next);
                next[0]
            });
        }
    }

    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        self.fill(&mut array);
        array
    }
}
