//! Randomness: one generator for each connection, seeded once.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use super::CryptoError;

/// The source of a connection's random bytes: `ChaCha20` over a seed. It wipes itself.
pub struct Random {
    generator: ChaCha20Rng,
    /// Published values, which come first.
    #[cfg(test)]
    published: std::collections::VecDeque<u8>,
}

impl Random {
    /// Seeded by the platform.
    pub fn from_os() -> Result<Self, CryptoError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| CryptoError::Random)?;
        Ok(Self::from_seed(*seed))
    }

    /// Seeded by the caller: the same seed gives the same bytes, which are only as secret as the seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            generator: ChaCha20Rng::from_seed(seed),
            #[cfg(test)]
            published: Default::default(),
        }
    }

    /// Gives these values first, one after the other: for the crate's own tests, which replay published ones.
    #[cfg(test)]
    pub(crate) fn replay(published: &[&[u8]]) -> Self {
        Self { published: published.concat().into(), ..Self::from_seed([0; 32]) }
    }

    /// The generator, for signatures that need one.
    #[cfg(all(feature = "certificates", feature = "rsa-signing"))]
    pub(super) fn generator(&mut self) -> &mut ChaCha20Rng {
        &mut self.generator
    }

    /// Fills `out` with the next bytes.
    pub fn fill(&mut self, out: &mut [u8]) {
        #[cfg(test)]
        let out = {
            let published = self.published.len().min(out.len());
            let (first, rest) = out.split_at_mut(published);
            first
                .iter_mut()
                .zip(self.published.drain(..published))
                .for_each(|(to, from)| *to = from);
            rest
        };
        self.generator.fill_bytes(out);
    }

    /// The next bytes, as an array.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        self.fill(&mut array);
        array
    }
}
