//! A server's tickets: the state of a connection, sealed and sent to the client, so that the server stores nothing (RFC
//! 9846 section 4.7.1).

use super::resumable::Resumable;
use crate::crypto::{Digest, Random, SealingKeys};
use crate::error::Error;
use crate::wire::Writer;
use zeroize::Zeroizing;

/// The purpose for sealing, so that a ticket cannot be used as anything else.
const PURPOSE: &str = "session ticket";
/// The first byte of the state, the version of its encoding.
const VERSION: u8 = 2;

/// The content of a ticket, encoded as [`Resumable`].
pub(crate) struct TicketState {
    /// The connection.
    pub connection: Resumable,
    /// The store that distinguishes copies of its early data from originals.
    pub replay_scope: Vec<u8>,
}

impl TicketState {
    /// The ticket, for servers of the same scope.
    pub fn seal(
        &self,
        keys: &SealingKeys,
        scope: &Digest,
        random: &mut Random,
    ) -> Result<Vec<u8>, Error> {
        let mut w = Writer::new();
        self.connection.write(&mut w, VERSION, |w| w.vec8(|w| w.bytes(&self.replay_scope)));
        let state = Zeroizing::new(w.finish()?);
        keys.seal(PURPOSE, scope, &state, random).map_err(|_| Error::Internal("ticket sealing"))
    }

    /// The content of a ticket of this scope, unless it has expired; `None` if the bytes are not a ticket.
    pub fn open(keys: &SealingKeys, scope: &Digest, ticket: &[u8], now: u64) -> Option<Self> {
        let state = keys.open(PURPOSE, scope, ticket)?;
        let scope = |r: &mut crate::wire::Reader<'_>| Ok(r.vec8("replay_scope")?.rest().to_vec());
        let (connection, replay_scope) = Resumable::read(&state, VERSION, scope).ok()?;
        let expired = now > connection.expires_at();
        (!expired).then_some(Self { connection, replay_scope })
    }
}
