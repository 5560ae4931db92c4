//! `inspect` and `inspectRecords`.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::object::Fields;
use crate::wire::{Span, SpanValue};

/// The fields of one or more whole handshake messages: `{ name, start, end, depth, value? }`, each before the fields
/// inside it. If the bytes stop making sense, the fields up to there.
#[wasm_bindgen]
pub fn inspect(messages: &[u8]) -> Array {
    to_array(&crate::inspect::inspect(messages).0)
}

/// As `inspect`, for one or more records: their headers, and the handshake messages and alerts that are in clear.
#[wasm_bindgen(js_name = inspectRecords)]
pub fn inspect_records(records: &[u8]) -> Array {
    to_array(&crate::inspect::inspect_records(records).0)
}

pub(super) fn to_array(spans: &[Span]) -> Array {
    spans.iter().map(to_object).collect()
}

fn to_object(span: &Span) -> JsValue {
    let fields = Fields::new();
    fields
        .set("name", span.name)
        .set("start", span.start as u32)
        .set("end", span.end as u32)
        .set("depth", span.depth as u32);
    match span.value {
        SpanValue::Opaque => {}
        SpanValue::Uint(value) => {
            fields.set("value", value.to_string());
        }
        SpanValue::Named(name) => {
            fields.set("value", name);
        }
    }
    fields.into_value()
}
