//! Suspending a connection and resuming it, as functions: an application that does neither does not download them.

use std::sync::Arc;

use wasm_bindgen::prelude::*;

use super::config::{Config, EitherConfig, sealing_keys};
use super::connection::Connection;
use super::error::{Result, throw, throw_state, throw_usage};
use super::event::set_connected;
use super::object::{Fields, bytes};
use super::wiping::StackWiper;
use crate::client::ClientConfig;
use crate::connection::{self, Entropy, ResumeError, SuspendedBytes, SuspendedConnection};
use crate::error::Error;
use crate::role::Role;

/// Takes an established connection apart, and seals its state: `state` and `received`. The connection is closed then.
/// Keys are 32 bytes each, concatenated, the newest first.
#[wasm_bindgen(js_name = suspendConnection)]
pub fn suspend_connection(
    connection: &mut Connection,
    keys: Vec<u8>,
    scope: &[u8],
) -> Result<JsValue> {
    let keys = sealing_keys(keys)?;
    connection.inner.check_suspendable().map_err(|usage| throw_usage(usage, "data"))?;
    let mut random = entropy()?;
    let closed = connection::Connection::client(Arc::new(ClientConfig::new()), entropy()?);
    let inner = core::mem::replace(&mut connection.inner, closed);
    // It has sent nothing, so it sends no alert.
    let _ = connection.inner.close();
    let suspended = inner.suspend().map_err(|refused| {
        connection.inner = refused.connection;
        throw_usage(refused.reason, "data")
    })?;
    let sealed = suspended.seal(&keys, scope, &mut random);
    drop(suspended);
    StackWiper::wipe();
    let SuspendedBytes { state, received } = sealed.map_err(|error| throw(error, "data"))?;
    let fields = Fields::new();
    fields.set("state", bytes(&state)).set("received", bytes(&received));
    Ok(fields.into_value())
}

/// What identifies a state: `id`, `counter` and `role`. The state stays as it is.
#[wasm_bindgen(js_name = identifySuspended)]
pub fn identify_suspended(
    keys: Vec<u8>,
    scope: &[u8],
    state: Vec<u8>,
    received: Vec<u8>,
) -> Result<JsValue> {
    let suspended = open(keys, scope, state, received)?;
    let fields = Fields::new();
    fields
        .set("id", bytes(&suspended.id()))
        .set("counter", suspended.counter() as f64)
        .set("role", if suspended.role() == Role::Client { "client" } else { "server" });
    Ok(fields.into_value())
}

/// Continues a suspended connection in the role of the configuration. Each state is used once.
#[wasm_bindgen(js_name = resumeConnection)]
pub fn resume_connection(
    config: &Config,
    keys: Vec<u8>,
    scope: &[u8],
    state: Vec<u8>,
    received: Vec<u8>,
) -> Result<Connection> {
    let suspended = open(keys, scope, state, received)?;
    let (role, parameters) = match &config.0 {
        EitherConfig::Client(config) => (Role::Client, &config.parameters),
        EitherConfig::Server(config) => (Role::Server, &config.parameters),
    };
    if suspended.role() != role {
        return Err(throw_state(ResumeError::Role));
    }
    let inner =
        connection::Connection::resume(suspended, parameters, entropy()?).map_err(throw_state)?;
    StackWiper::wipe();
    Ok(Connection::connected(inner))
}

/// What was negotiated, as the properties of a connected event; undefined before the handshake is complete.
#[wasm_bindgen(js_name = negotiatedOf)]
pub fn negotiated_of(connection: &Connection) -> JsValue {
    let Some(negotiated) = connection.inner.negotiated() else { return JsValue::UNDEFINED };
    let fields = Fields::new();
    set_connected(&fields, negotiated, &connection.inner);
    fields.into_value()
}

fn open(
    keys: Vec<u8>,
    scope: &[u8],
    state: Vec<u8>,
    received: Vec<u8>,
) -> Result<SuspendedConnection> {
    let keys = sealing_keys(keys)?;
    SuspendedConnection::open(&keys, scope, &SuspendedBytes { state, received })
        .map_err(throw_state)
}

fn entropy() -> Result<Entropy> {
    Entropy::from_os().map_err(|_| throw(Error::Internal("no randomness"), "data"))
}
