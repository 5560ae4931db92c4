//! Remains of secrets in the linear memory, all of which JavaScript can read.
//!
//! Types that wipe themselves wipe neither the places that they were moved from, nor the memory that a vector has
//! outgrown. With the feature `wiping`, all freed memory is overwritten, and so is the stack of a connection's calls.

/// Overwrites all memory that is freed.
#[cfg(feature = "wiping")]
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// More than any call of this crate uses on the stack, in bytes. The stack has 1 MiB.
#[cfg(feature = "wiping")]
const DEPTH: usize = 1 << 17;

/// When it is dropped, overwrites the stack below, where calls that have returned left their data.
pub(super) struct StackWiper;

impl StackWiper {
    /// Overwrites the stack now.
    #[inline(never)]
    pub(super) fn wipe() {
        #[cfg(feature = "wiping")]
        core::hint::black_box(&mut [0_u8; DEPTH]);
    }
}

impl Drop for StackWiper {
    fn drop(&mut self) {
        Self::wipe();
    }
}
