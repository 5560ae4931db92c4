//! Sets of two-byte code points, for lists that may name each only once.

/// A set with one bit for each of the 65,536 code points, so that checking a list takes time proportional to its
/// length.
pub(crate) struct CodePointSet(Vec<u8>);

impl CodePointSet {
    /// The empty set.
    pub(crate) fn new() -> Self {
        Self(vec![0; (1 << 16) / 8])
    }

    /// Adds a code point; returns whether it is new.
    pub(crate) fn insert(&mut self, code_point: u16) -> bool {
        let is_new = !self.contains(code_point);
        if let Some(byte) = self.0.get_mut(usize::from(code_point / 8)) {
            *byte |= 1 << (code_point % 8);
        }
        is_new
    }

    /// Whether the code point was added.
    pub(crate) fn contains(&self, code_point: u16) -> bool {
        self.0
            .get(usize::from(code_point / 8))
            .is_some_and(|byte| byte >> (code_point % 8) & 1 == 1)
    }
}
