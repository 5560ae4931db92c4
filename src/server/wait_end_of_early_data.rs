//! WAIT_EOED: early data comes in, and its end (RFC 9846 sections 4.3.10 and 4.6).

use super::State;
use super::wait_finished::WaitFinished;
use crate::endpoint::{Context, Event};
use crate::error::{Error, Violation};
use crate::keys::Exporter;
use crate::wire::{EndOfEarlyData, Handshake};

/// WAIT_EOED: early data comes in, and its end.
pub struct WaitEndOfEarlyData {
    /// What may still come, in bytes.
    pub(super) remaining: usize,
    /// What the client is told, for the records behind the early data.
    pub(super) record_size_limit: Option<u16>,
    pub(super) next: WaitFinished,
}

impl WaitEndOfEarlyData {
    /// Takes early data.
    pub fn on_early_data(&mut self, ctx: &mut Context, data: Vec<u8>) -> Result<(), Error> {
        let remaining = self.remaining.checked_sub(data.len());
        self.remaining = remaining.ok_or(Violation::TooMuchEarlyData)?;
        if !data.is_empty() {
            ctx.emit(Event::EarlyData(data));
        }
        Ok(())
    }

    /// Takes EndOfEarlyData: what follows is protected by the handshake's keys (section 4.6).
    pub(super) fn on_end_of_early_data(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        EndOfEarlyData::read(message.body())?;
        self.next.transcript.add(message.bytes);
        ctx.limit_records(self.record_size_limit);
        let suite = self.next.negotiated.cipher_suite;
        ctx.set_receive_secret(suite, &self.next.client_handshake_traffic_secret)?;
        Ok(State::WaitFinished(Box::new(self.next)))
    }

    /// The early exporter (section 7.5).
    pub(super) fn early_exporter(&self) -> Option<&Exporter> {
        self.next.early_exporter.as_ref()
    }
}
