//! Events as plain objects.

use wasm_bindgen::JsValue;

use super::object::{Fields, bytes, text, texts};
use crate::endpoint::{Direction, Event, Negotiated, PskOutcome};
use crate::error::AlertDescription;
use crate::wire::ClientHello;
use crate::wire::grease::is_protocol_name;

/// An event; `hello` is the ClientHello while selection waits.
pub(super) fn to_object(event: Event, hello: Option<&ClientHello>) -> JsValue {
    let fields = Fields::new();
    match event {
        Event::SelectPsk => {
            fields.set("type", "selectPsk");
            if let Some(hello) = hello {
                let extensions = &hello.extensions;
                // What nobody can want is not put to the choice (RFC 8701).
                let alpn = extensions.alpn.as_ref();
                let alpn = alpn.map(|names| texts(names.iter().filter(|n| !is_protocol_name(n))));
                fields
                    .set_some("serverName", extensions.server_name.as_deref().map(text))
                    .set_some("alpn", alpn);
            }
        }
        Event::Connected(negotiated) => {
            fields.set("type", "connected");
            set_negotiated(&fields, &negotiated);
        }
        Event::Data(data) => {
            fields.set("type", "data").set("data", bytes(&data));
        }
        Event::CloseNotify => {
            fields.set("type", "closeNotify");
        }
        Event::Alert { direction, description } => {
            let fatal = !matches!(
                description,
                AlertDescription::CLOSE_NOTIFY | AlertDescription::USER_CANCELED
            );
            fields
                .set("type", "alert")
                .set("direction", direction_name(direction))
                .set("description", description.name().unwrap_or("unknown"))
                .set("fatal", fatal);
        }
        Event::KeyUpdated => {
            fields.set("type", "keyUpdated");
        }
        Event::KeyLog(line) => {
            fields.set("type", "keyLog").set("line", line);
        }
        Event::Message { direction, name, bytes: message, protected } => {
            fields
                .set("type", "message")
                .set("direction", direction_name(direction))
                .set("name", name)
                .set("bytes", bytes(&message))
                .set("protected", protected);
        }
        Event::Psk { index, outcome } => {
            fields
                .set("type", "psk")
                .set("index", index as u32)
                .set("outcome", outcome_name(outcome));
        }
    }
    fields.into_value()
}

/// Sets what the handshake agreed on.
fn set_negotiated(fields: &Fields, negotiated: &Negotiated) {
    fields
        .set_some("pskIdentity", negotiated.psk_identity.as_deref().map(bytes))
        .set_some("pskIndex", negotiated.psk_index.map(u32::from))
        .set_some("pskMode", negotiated.psk_mode.and_then(|mode| mode.name()))
        .set("cipherSuite", negotiated.cipher_suite.name().unwrap_or("unknown"))
        .set_some("group", negotiated.group.and_then(|group| group.name()))
        .set_some("alpn", negotiated.alpn.as_deref().map(text))
        .set_some("serverName", negotiated.server_name.as_deref().map(text))
        .set("helloRetryRequest", negotiated.hello_retry_request);
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}

fn outcome_name(outcome: PskOutcome) -> &'static str {
    match outcome {
        PskOutcome::Unknown => "unknown",
        PskOutcome::Unusable => "unusable",
        PskOutcome::NotPreferred => "notPreferred",
        PskOutcome::Chosen => "chosen",
        PskOutcome::Verified => "verified",
        PskOutcome::Failed => "failed",
    }
}
