//! Choices, as the bytes of an input make them.

use arbitrary::Unstructured;

/// The rest of an input. Past its end, all choices are zero.
pub struct Input<'a>(Unstructured<'a>);

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or_default()
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let number: u16 = self.0.arbitrary().unwrap_or_default();
        usize::from(number) % limit
    }

    /// Up to `most` bytes of the input.
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most + 1).min(self.0.len());
        self.0.bytes(length).unwrap_or_default()
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let length = self.0.len();
        self.0.bytes(length).unwrap_or_default()
    }

    /// Bends bytes in one place, or leaves them as they are.
    pub fn bend(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len().max(1));
        match self.byte() % 8 {
            0..=2 => {}
            3 if at < bytes.len() => bytes[at] ^= 1 << (self.byte() % 8),
            4 if at < bytes.len() => bytes[at] = self.byte(),
            5 => bytes.truncate(at),
            6 => {
                let piece = self.bytes(16).to_vec();
                let at = at.min(bytes.len());
                bytes.splice(at..at, piece);
            }
            _ => {
                let end = (at + self.below(32)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
        }
    }
}
