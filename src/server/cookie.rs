//! Cookies that hold what a HelloRetryRequest settles, so that the server need not (RFC 9846 section 4.3.2).

use crate::crypto::{Digest, Random, SealingKeys};
use crate::error::Error;
use zeroize::Zeroizing;

/// What sealing is told, so that a cookie is nothing but a cookie.
const PURPOSE: &str = "hello retry request cookie";

/// The keys of a server's cookies. Servers that share them, their PSKs, their session id context and their policy accept
/// the second ClientHello that answers another one's HelloRetryRequest. A cookie is valid for as long as the key that
/// sealed it is kept.
#[derive(Clone)]
pub struct CookieKeys(SealingKeys);

impl CookieKeys {
    /// The keys: the first seals, all of them open.
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
