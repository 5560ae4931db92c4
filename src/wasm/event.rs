//! Events as plain objects.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::object::{Fields, bytes, chain, text, texts};
use super::session::Session;
use crate::certificates::{SignatureRequest, VerificationRequest};
use crate::connection::Connection;
use crate::crypto::Suite;
use crate::endpoint::{EarlyDataOutcome, Event, Negotiated, PskOutcome};
use crate::error::AlertDescription;
use crate::error::Direction;
use crate::keys::PskKind;
use crate::psk::{Authentication, Verdict};
use crate::wire::grease::is_protocol_name;

/// An event. The details of a request are read from the connection, which waits.
pub(super) fn to_object(event: Event, connection: &Connection) -> JsValue {
    if let Event::Data(data) = &event {
        return Fields::data(data).into_value();
    }
    let fields = Fields::new();
    match event {
        Event::SelectPsk => {
            fields.set("type", "selectPsk");
            if let Some(hello) = connection.client_hello() {
                let extensions = &hello.extensions;
                // Reserved values (RFC 8701) are left out, as they cannot be chosen.
                let alpn = extensions.alpn.as_ref();
                let alpn = alpn.map(|names| texts(names.iter().filter(|n| !is_protocol_name(n))));
                fields
                    .set_some("serverName", extensions.server_name.as_deref().map(text))
                    .set_some("alpn", alpn)
                    .set("cipherSuites", suites(connection.common_suites()));
            }
        }
        Event::DecideEarlyData => {
            fields.set("type", "decideEarlyData");
            if let Some(request) = connection.early_data_request() {
                fields
                    .set("id", bytes(request.id))
                    .set("identity", bytes(request.identity))
                    .set("maxSize", request.max_size)
                    .set_some("replayableUntil", request.replayable_until.map(|ms| ms as f64));
            }
        }
        Event::VerifyCertificate => {
            fields.set("type", "verifyCertificate");
            if let Some(request) = connection.certificate_to_verify() {
                set_verification_request(&fields, request);
            }
        }
        Event::Sign => {
            fields.set("type", "sign");
            if let Some(request) = connection.to_sign() {
                set_signature_request(&fields, request);
            }
        }
        Event::EarlyData(data) => {
            fields.set("type", "earlyData").set("data", bytes(&data));
        }
        Event::EarlyDataRejected => {
            fields.set("type", "earlyDataRejected");
        }
        Event::Session(session) => {
            fields.set("type", "session").set("session", Session(session));
        }
        Event::Connected(negotiated) => {
            fields.set("type", "connected");
            set_connected(&fields, &negotiated, connection);
        }
        // Each record has one; above.
        Event::Data(_) => {}
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
        Event::SessionRefused { index, reason } => {
            fields
                .set("type", "sessionRefused")
                .set("index", index as u32)
                .set("reason", reason.text());
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

fn suites(suites: &[Suite]) -> Array {
    suites.iter().filter_map(|suite| suite.code_point().name()).map(JsValue::from).collect()
}

/// Sets what was negotiated, and how the peer was authenticated.
pub(super) fn set_connected(fields: &Fields, negotiated: &Negotiated, connection: &Connection) {
    set_negotiated(fields, negotiated);
    if let Some(peer) = connection.peer() {
        set_authentication(fields, "peerAuthentication", peer);
    }
}

/// Sets the negotiated properties.
fn set_negotiated(fields: &Fields, negotiated: &Negotiated) {
    fields
        .set_some("pskIdentity", negotiated.psk_identity.as_deref().map(bytes))
        .set_some("pskIndex", negotiated.psk_index.map(u32::from))
        .set_some("pskKind", negotiated.psk_kind.map(kind_name))
        .set_some("externalIdentity", negotiated.external_identity.as_deref().map(bytes))
        .set_some("earlyData", early_data_name(negotiated.early_data))
        .set_some("pskMode", negotiated.psk_mode.and_then(|mode| mode.name()))
        .set("cipherSuite", negotiated.cipher_suite.code_point().name().unwrap_or("unknown"))
        .set_some("group", negotiated.group.and_then(|group| group.name()))
        .set_some("alpn", negotiated.alpn.as_deref().map(text))
        .set_some("serverName", negotiated.server_name.as_deref().map(text))
        .set("serverCertificate", negotiated.server_certificate)
        .set("helloRetryRequest", negotiated.hello_retry_request);
}

/// Sets how a peer was authenticated, under the name `how`.
pub(super) fn set_authentication(fields: &Fields, how: &str, peer: &Authentication) {
    let method = match peer.verdict() {
        _ if peer.external_identity().is_some() => "psk",
        Some(Verdict::Anchors) => "ca",
        Some(Verdict::Application(_)) => "application",
        Some(Verdict::Unverified) => "unverified",
        None => "none",
    };
    fields.set(how, method).set("authenticatedAt", peer.at() as f64);
    if !peer.certificates().is_empty() {
        fields.set("peerCertificates", chain(peer.certificates()));
    }
}

fn kind_name(kind: PskKind) -> &'static str {
    match kind {
        PskKind::External => "external",
        PskKind::Imported => "imported",
        PskKind::Resumption => "resumption",
    }
}

fn early_data_name(outcome: EarlyDataOutcome) -> Option<&'static str> {
    match outcome {
        EarlyDataOutcome::NotOffered => None,
        EarlyDataOutcome::Accepted => Some("accepted"),
        EarlyDataOutcome::Rejected => Some("rejected"),
    }
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
        PskOutcome::Withdrawn => "withdrawn",
        PskOutcome::Unusable => "unusable",
        PskOutcome::NotPreferred => "notPreferred",
        PskOutcome::Chosen => "chosen",
        PskOutcome::Verified => "verified",
        PskOutcome::Failed => "failed",
    }
}

/// Sets the properties of a verifyCertificate event.
fn set_verification_request(fields: &Fields, request: VerificationRequest<'_>) {
    fields.set("chain", chain(request.chain)).set_some("serverName", request.server_name.map(text));
}

/// Sets the properties of a sign event.
fn set_signature_request(fields: &Fields, request: SignatureRequest<'_>) {
    fields
        .set("credentials", request.credentials as u32)
        .set("scheme", request.scheme.name().unwrap_or("unknown"))
        .set("content", bytes(request.content));
}
