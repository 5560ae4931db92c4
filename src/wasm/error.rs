//! Errors as JavaScript sees them: an `Error` named TlsError with stable properties.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::endpoint::ConfigError;
use crate::error::{AlertDescription, Error, Usage};
use crate::psk::PskError;

/// A thrown value.
pub(super) type Result<T> = core::result::Result<T, JsValue>;

/// An error of the core, thrown.
pub(super) fn throw(error: Error, phase: &str) -> JsValue {
    let (alert, direction) = match error {
        Error::AlertReceived(alert) => (Some(alert), Some("received")),
        error => (error.alert(), error.alert().map(|_| "sent")),
    };
    let alert = alert.map(|alert| alert.name().unwrap_or("unknown"));
    new(code(error), &error.to_string(), phase, alert, direction)
}

/// As [`throw`], with the probable meaning of the server's answer to our offer.
pub(super) fn throw_answer(error: Error) -> JsValue {
    let thrown = throw(error, "handshake");
    if let Error::AlertReceived(alert) = error
        && let Some(advice) = advice(alert)
    {
        let message = format!("{error}: {advice}");
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&thrown, &"message".into(), &message.into());
    }
    thrown
}

/// What a server probably means by answering a ClientHello with this alert. Servers use different alerts for the PSK,
/// and some send the same alert for a wrong key and an unknown identity, as they should.
fn advice(alert: AlertDescription) -> Option<&'static str> {
    match alert {
        AlertDescription::DECRYPT_ERROR
        | AlertDescription::ILLEGAL_PARAMETER
        | AlertDescription::HANDSHAKE_FAILURE
        | AlertDescription::UNKNOWN_PSK_IDENTITY
        | AlertDescription::ACCESS_DENIED => {
            Some("the identity, the key or its hash probably differs from the server's")
        }
        AlertDescription::PROTOCOL_VERSION => Some("the server does not support TLS 1.3"),
        _ => None,
    }
}

/// A misuse of the API, thrown.
pub(super) fn throw_usage(usage: Usage, phase: &str) -> JsValue {
    throw(usage.into(), phase)
}

/// A refused PSK, thrown.
pub(super) fn throw_psk(error: PskError) -> JsValue {
    new("ERR_TLS_PSK", error.text(), "configuration", None, None)
}

/// A refused option, thrown.
pub(super) fn throw_config(error: ConfigError) -> JsValue {
    throw_option(error.text())
}

/// A refused option with this text, thrown.
pub(super) fn throw_option(text: &str) -> JsValue {
    new("ERR_TLS_CONFIG", text, "configuration", None, None)
}

/// A suspended connection that is not resumed, thrown.
#[cfg(feature = "suspension")]
pub(super) fn throw_state(error: crate::connection::ResumeError) -> JsValue {
    new("ERR_TLS_STATE", error.text(), "configuration", None, None)
}

fn new(
    code: &str,
    message: &str,
    phase: &str,
    alert: Option<&str>,
    direction: Option<&str>,
) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("TlsError");
    let properties = [
        ("code", Some(code)),
        ("phase", Some(phase)),
        ("alert", alert),
        ("alertDirection", direction),
    ];
    for (name, value) in properties {
        let value = value.map_or(JsValue::UNDEFINED, JsValue::from_str);
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&error, &JsValue::from_str(name), &value);
    }
    error.into()
}

/// The stable code of an error. What the peer did wrong goes by its alert, which is its class.
fn code(error: Error) -> &'static str {
    match error {
        Error::Decode(_) => "ERR_TLS_DECODE",
        Error::UnexpectedMessage { .. } => "ERR_TLS_UNEXPECTED_MESSAGE",
        Error::Incompatible(cause) => code_of(cause.alert()),
        Error::Violation(cause) => code_of(cause.alert()),
        Error::Certificate(_) => "ERR_TLS_CERTIFICATE",
        Error::AlertReceived(_) => "ERR_TLS_ALERT_RECEIVED",
        Error::Truncated => "ERR_TLS_TRUNCATED",
        Error::ClosedDuringHandshake => "ERR_TLS_HANDSHAKE_FAILURE",
        #[cfg(feature = "certificates")]
        Error::BadSignature => "ERR_TLS_SIGNING",
        Error::Internal(_) => "ERR_TLS_INTERNAL",
        Error::Usage(_) => "ERR_TLS_USAGE",
    }
}

/// The code of the errors that are answered with this alert.
fn code_of(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::DECODE_ERROR => "ERR_TLS_DECODE",
        AlertDescription::UNEXPECTED_MESSAGE => "ERR_TLS_UNEXPECTED_MESSAGE",
        AlertDescription::MISSING_EXTENSION => "ERR_TLS_MISSING_EXTENSION",
        AlertDescription::UNSUPPORTED_EXTENSION => "ERR_TLS_UNSUPPORTED_EXTENSION",
        AlertDescription::PROTOCOL_VERSION => "ERR_TLS_PROTOCOL_VERSION",
        AlertDescription::HANDSHAKE_FAILURE => "ERR_TLS_HANDSHAKE_FAILURE",
        AlertDescription::DECRYPT_ERROR => "ERR_TLS_DECRYPT",
        AlertDescription::BAD_RECORD_MAC => "ERR_TLS_BAD_RECORD_MAC",
        AlertDescription::RECORD_OVERFLOW => "ERR_TLS_RECORD_OVERFLOW",
        AlertDescription::NO_APPLICATION_PROTOCOL => "ERR_TLS_NO_APPLICATION_PROTOCOL",
        _ => "ERR_TLS_ILLEGAL_PARAMETER",
    }
}
