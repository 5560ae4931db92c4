//! What is left of secrets in the linear memory, which JavaScript can read whole.
//!
//! Types that wipe themselves do not wipe where they were before they were moved, nor a vector the memory that it has
//! outgrown. With the feature `wiping` everything that is given back is overwritten, and the stack behind a connection.

/// Overwrites all memory that is given back.
#[cfg(feature = "wiping")]
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// More than any call of ours has on the stack, in bytes. The stack has 1 MiB.
#[cfg(feature = "wiping")]
const DEPTH: usize = 1 << 17;

/// Overwrites the stack below, where calls that have returned left what they worked on, when it is dropped.
pub(super) struct StackWiper;

impl StackWiper {
    /// Overwrites it now.
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
