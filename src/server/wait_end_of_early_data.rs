//! `WAIT_EOED`: early data and its end (RFC 9846 sections 4.3.10 and 4.6).

use super::State;
use super::wait_finished::WaitFinished;
use crate::endpoint::{Context, Event};
use crate::error::{Error, Violation};
use crate::keys::Exporter;
use crate::wire::{EndOfEarlyData, Handshake};

/// `WAIT_EOED`: early data and its end.
pub struct WaitEndOfEarlyData {
    /// How much may still be received, in bytes.
    pub(super) remaining: usize,
    /// The record limit that was sent to the client, for the records after the early data.
    pub(super) record_size_limit: Option<u16>,
    pub(super) next: WaitFinished,
}

impl WaitEndOfEarlyData {
    /// Processes early data.
    pub fn on_early_data(&mut self, ctx: &mut Context, data: Vec<u8>) -> Result<(), Error> {
        let remaining = self.remaining.checked_sub(data.len());
        self.remaining = remaining.ok_or(Violation::TooMuchEarlyData)?;
        if !data.is_empty() {
            ctx.emit(Event::EarlyData(data));
        }
        Ok(())
    }

    /// Processes EndOfEarlyData: the following records use the keys of the handshake (section 4.6).
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
