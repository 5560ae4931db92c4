//! `Alert` (RFC 9846 section 6).

use super::codec::Reader;
use crate::error::{AlertDescription, Error, Violation};

/// The severity byte; "can safely be ignored" when received.
const WARNING: u8 = 1;
const FATAL: u8 = 2;

/// ```text
/// struct {
///     AlertLevel level;
///     AlertDescription description;
/// } Alert;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The alert. The level is not stored: it follows from the description.
    pub description: AlertDescription,
}

impl Alert {
    /// Reads the contents of an alert record, which is exactly one alert (section 5.1).
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        match r.structure("Alert", Self::read_fields) {
            Ok(alert) if r.is_empty() => Ok(alert),
            _ => Err(Violation::BadAlertRecord.into()),
        }
    }

    fn read_fields(r: &mut Reader<'_>) -> Result<Self, Error> {
        let level = r.u8("level")?;
        r.annotate(match level {
            WARNING => Some("warning"),
            FATAL => Some("fatal"),
            _ => None,
        });
        let description = AlertDescription(r.u8("description")?);
        r.annotate(description.name());
        Ok(Self { description })
    }

    /// Whether it ends the connection immediately. Unknown alerts do (section 6).
    pub fn is_error(self) -> bool {
        !matches!(
            self.description,
            AlertDescription::CLOSE_NOTIFY | AlertDescription::USER_CANCELED
        )
    }

    /// The record's contents.
    pub fn encode(self) -> [u8; 2] {
        [if self.is_error() { FATAL } else { WARNING }, self.description.0]
    }
}
