//! The question to the application, and its answer.

use super::{Connection, Phase};
use crate::endpoint::{Answer, Question};
use crate::error::{Error, Usage};

impl Connection {
    /// The pending question to the application: the handshake waits until it is answered by [`Connection::select`],
    /// [`Connection::decide_early_data`], `decide_certificate` or `sign`.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        match &self.phase {
            Phase::Client(state) => Some(state.asking()?.question()),
            Phase::Server(state) => Some(state.asking()?.question()),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    /// Whether the handshake waits for the application.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.question().is_some()
    }

    /// Fails the handshake with `internal_error`, because the application cannot answer.
    ///
    /// # Errors
    ///
    /// [`Usage::NotSelecting`] if no question is pending; otherwise the error that ended the handshake.
    pub fn cancel_question(&mut self) -> Result<(), Error> {
        match self.question() {
            Some(_) => self.fail(Error::Internal("the application did not answer")),
            None => Err(Usage::NotSelecting.into()),
        }
    }

    /// Continues with the answer. After a usage error the question is still pending.
    pub(super) fn answer(&mut self, answer: Answer<'_>) -> Result<(), Error> {
        self.check_alive()?;
        let checked = match &self.phase {
            Phase::Client(state) => state.asking().map(|asking| asking.check(&answer)),
            Phase::Server(state) => state.asking().map(|asking| asking.check(&answer)),
            Phase::Abandoned | Phase::Failed(_) => None,
        };
        checked.unwrap_or_else(|| Err(answer.question().not_asked()))?;
        self.step(|phase, context| match phase {
            Phase::Client(state) => state.answer(context, answer).map(Phase::Client),
            Phase::Server(state) => state.answer(context, answer).map(Phase::Server),
            phase => Ok(phase),
        })?;
        self.process()
    }
}
