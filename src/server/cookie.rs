//! Cookies that hold the state of a HelloRetryRequest, so that the server need not store it (RFC 9846 section 4.3.2).

use crate::crypto::{Digest, Random, SealingKeys};
use crate::error::Error;
use zeroize::Zeroizing;

/// The purpose for sealing, so that a cookie cannot be used as anything else.
const PURPOSE: &str = "hello retry request cookie";

/// The keys of a server's cookies. Servers that share them, their PSKs, their session id context and their policy
/// accept a second ClientHello that answers another server's HelloRetryRequest. A cookie is valid for as long as the
/// server has the key that sealed it.
#[derive(Clone)]
pub struct CookieKeys(SealingKeys);

impl CookieKeys {
    /// The keys: the first seals, all of them open.
    #[must_use]
    pub fn new(keys: SealingKeys) -> Self {
        Self(keys)
    }

    pub(super) fn seal(
        &self,
        scope: &Digest,
        state: &[u8],
        random: &mut Random,
    ) -> Result<Vec<u8>, Error> {
        self.0.seal(PURPOSE, scope, state, random).map_err(|_| Error::Internal("cookie sealing"))
    }

    pub(super) fn open(&self, scope: &Digest, cookie: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.open(PURPOSE, scope, cookie)
    }
}

impl core::fmt::Debug for CookieKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CookieKeys").finish_non_exhaustive()
    }
}
