//! The AEADs of the platform, where they are faster than those of this crate: a WebAssembly module has no AES
//! instructions, and the runtime around it has.
//!
//! The platform's implementation computes what [`super::AeadKey`] would, one record at a time. Sequence numbers, limits
//! and key updates stay in the core, so nothing else changes with it. What the platform does not take or refuses is
//! computed here, and a record is refused only by what is computed here.

use std::sync::OnceLock;

use super::aead_algorithm::{AeadAlgorithm, NONCE_LEN, TAG_LEN};

/// What a record is protected with.
#[derive(Clone, Copy)]
pub struct AeadInputs<'a> {
    /// The AEAD.
    pub algorithm: AeadAlgorithm,
    /// Its key.
    pub key: &'a [u8],
    /// The nonce of the record.
    pub nonce: &'a [u8; NONCE_LEN],
    /// The header of the record.
    pub associated_data: &'a [u8],
}

/// The AEADs of the platform. Both functions leave the text as it is where they fail.
#[derive(Clone, Copy)]
pub struct PlatformAead {
    /// Encrypts in place. The result is the tag, or `None` if the platform cannot.
    pub seal: fn(inputs: &AeadInputs<'_>, text: &mut [u8]) -> Option<[u8; TAG_LEN]>,
    /// Verifies the tag, then decrypts in place. `false` if the tag does not match, or the platform cannot.
    pub open: fn(inputs: &AeadInputs<'_>, text: &mut [u8], tag: &[u8; TAG_LEN]) -> bool,
}

impl AeadAlgorithm {
    /// Shorter texts, in bytes, cost less here than the call: docs/performance.md has the measurements.
    const fn min_platform_len(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes256Gcm => 768,
            Self::ChaCha20Poly1305 => 3072,
        }
    }
}

static PLATFORM: OnceLock<PlatformAead> = OnceLock::new();

/// Has records protected by the platform from now on. The first implementation stays.
pub fn use_platform_aead(aead: PlatformAead) {
    let _ = PLATFORM.set(aead);
}

pub(super) fn is_there() -> bool {
    PLATFORM.get().is_some()
}

pub(super) fn seal(inputs: &AeadInputs<'_>, text: &mut [u8]) -> Option<[u8; TAG_LEN]> {
    let platform = PLATFORM.get().filter(|_| text.len() >= inputs.algorithm.min_platform_len())?;
    (platform.seal)(inputs, text)
}

pub(super) fn open(inputs: &AeadInputs<'_>, text: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
    PLATFORM
        .get()
        .filter(|_| text.len() >= inputs.algorithm.min_platform_len())
        .is_some_and(|platform| (platform.open)(inputs, text, tag))
}
