//! `OfferedPskList` and `OfferedPsk`: copies, which may outlive the offer.

use wasm_bindgen::prelude::*;

use super::event::set_authentication;
use super::object::{Fields, bytes};
use crate::psk;

/// One offered PSK.
#[wasm_bindgen]
#[derive(Clone)]
pub struct OfferedPsk {
    identity: Vec<u8>,
    index: u32,
    obfuscated_ticket_age: u32,
    ticket: Option<psk::OfferedTicket>,
}

#[wasm_bindgen]
impl OfferedPsk {
    /// The identity on the wire.
    #[wasm_bindgen(getter)]
    pub fn identity(&self) -> Vec<u8> {
        self.identity.clone()
    }

    /// Its place in the client's list, from 0.
    #[wasm_bindgen(getter)]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Zero, or noise, for an external PSK.
    #[wasm_bindgen(getter, js_name = obfuscatedTicketAge)]
    pub fn obfuscated_ticket_age(&self) -> u32 {
        self.obfuscated_ticket_age
    }

    /// The content of a ticket that this server issued: how its client was authenticated.
    #[wasm_bindgen(getter)]
    pub fn ticket(&self) -> JsValue {
        let Some(ticket) = &self.ticket else { return JsValue::UNDEFINED };
        let fields = Fields::new();
        let client = ticket.client();
        fields
            .set_some("externalIdentity", client.external_identity().map(bytes))
            .set_some("context", client.context().map(bytes));
        set_authentication(&fields, "authentication", client);
        fields.into_value()
    }

    /// The parts of an imported identity (RFC 9258), if it has that format: `externalIdentity`, `context`,
    /// `targetProtocol` and `targetKdf`.
    #[wasm_bindgen(getter)]
    pub fn imported(&self) -> JsValue {
        let Ok(parts) = psk::ImportedIdentity::read(&self.identity) else {
            return JsValue::UNDEFINED;
        };
        let fields = Fields::new();
        fields
            .set("externalIdentity", bytes(&parts.external_identity))
            .set("context", bytes(&parts.context))
            .set("targetProtocol", u32::from(parts.target_protocol))
            .set("targetKdf", u32::from(parts.target_kdf));
        fields.into_value()
    }
}

/// The offered PSKs in the client's order, with a cursor.
#[wasm_bindgen]
pub struct OfferedPskList {
    psks: Vec<OfferedPsk>,
    next: usize,
}

impl OfferedPskList {
    pub(super) fn new(list: psk::OfferedPskList<'_>) -> Self {
        let psks = list.map(|psk| OfferedPsk {
            identity: psk.identity.to_vec(),
            index: psk.index as u32,
            obfuscated_ticket_age: psk.obfuscated_ticket_age,
            ticket: psk.ticket.cloned(),
        });
        Self { psks: psks.collect(), next: 0 }
    }
}

#[wasm_bindgen]
impl OfferedPskList {
    /// How many PSKs were offered.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> u32 {
        self.psks.len() as u32
    }

    /// The offered PSK with this index, or undefined.
    pub fn get(&self, index: u32) -> Option<OfferedPsk> {
        self.psks.get(index as usize).cloned()
    }

    /// Whether there is a next one.
    #[wasm_bindgen(js_name = hasNext)]
    pub fn has_next(&self) -> bool {
        self.next < self.psks.len()
    }

    /// The next one, or undefined after the last.
    #[allow(clippy::should_implement_trait, reason = "the name is JavaScript's")]
    pub fn next(&mut self) -> Option<OfferedPsk> {
        let psk = self.psks.get(self.next).cloned();
        self.next += usize::from(psk.is_some());
        psk
    }

    /// Goes back to the first.
    pub fn reread(&mut self) {
        self.next = 0;
    }
}
