//! Early data, on both sides.

use super::established::export;
use super::{Connection, Phase};
use crate::endpoint::Answer;
use crate::error::{Error, Usage};
use crate::server::{Asking, EarlyDataRequest, State};

impl Connection {
    /// Client, from [`Connection::start`] on: how much early data can be sent now, in bytes; `None` if none was
    /// offered, or the server has accepted or rejected it.
    pub fn early_data_limit(&mut self) -> Option<usize> {
        match &mut self.phase {
            Phase::Client(state) => state.early_data().map(|offer| offer.remaining()),
            _ => None,
        }
    }

    /// Client: queues early data, all of it or none. It has no forward secrecy, and the server may receive it more than
    /// once: it must be harmless when it is processed twice ([RFC 9846 section 2.3]).
    ///
    /// # Errors
    ///
    /// [`Usage::NoEarlyData`] and [`Usage::EarlyDataLimit`]; nothing is sent then.
    ///
    /// [RFC 9846 section 2.3]: https://www.rfc-editor.org/rfc/rfc9846#section-2.3
    pub fn send_early_data(&mut self, data: &[u8]) -> Result<(), Error> {
        self.check_alive()?;
        let result = match &mut self.phase {
            Phase::Client(state) => match state.early_data() {
                Some(offer) => offer.send(&mut self.context, data),
                None => Err(Usage::NoEarlyData.into()),
            },
            _ => Err(Usage::NotAClient.into()),
        };
        self.settle(result)
    }

    /// Server: the request for a decision on early data, while [`Connection::decide_early_data`] is pending.
    #[must_use]
    pub fn early_data_request(&self) -> Option<EarlyDataRequest<'_>> {
        match &self.phase {
            Phase::Server(State::Asking(Asking::DecidingEarlyData(s))) => Some(s.request()),
            _ => None,
        }
    }

    /// Server: accepts or rejects early data, and continues the handshake.
    ///
    /// # Errors
    ///
    /// [`Usage::NotDecidingEarlyData`] if no decision is pending. Any other error ends the connection.
    pub fn decide_early_data(&mut self, accepted: bool) -> Result<(), Error> {
        self.answer(Answer::EarlyData(accepted))
    }

    /// Exports keying material from the early exporter ([RFC 9846 section 7.5]): on a client once it has offered early
    /// data, on a server once it has accepted it. The result has the weaknesses of early data.
    ///
    /// # Errors
    ///
    /// [`Usage::NoEarlyData`], and [`Usage::ExporterLength`] for a label or a length that is too long.
    ///
    /// [RFC 9846 section 7.5]: https://www.rfc-editor.org/rfc/rfc9846#section-7.5
    pub fn export_early_keying_material(
        &self,
        label: &str,
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let exporter = match &self.phase {
            Phase::Client(state) => state.early_exporter(),
            Phase::Server(state) => state.early_exporter(),
            Phase::Abandoned | Phase::Failed(_) => None,
        };
        export(exporter.ok_or(Usage::NoEarlyData)?, label, context, out)
    }
}
