//! `recordSteps` and `takeSteps`: the computations of the core, in the build for the demo page.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::object::{Fields, bytes};
use crate::crypto::steps::{self, Step};

/// Starts or stops recording every computation, including secrets.
#[wasm_bindgen(js_name = recordSteps)]
pub fn record_steps(on: bool) {
    steps::record(on);
}

/// The computations since the last call: `{ operation, algorithm, label, inputs: { name: bytes }, output }` for each
/// step.
#[wasm_bindgen(js_name = takeSteps)]
pub fn take_steps() -> Array {
    steps::take().iter().map(to_object).collect()
}

fn to_object(step: &Step) -> JsValue {
    let inputs = Fields::new();
    for (name, input) in &step.inputs {
        inputs.set(name, bytes(input));
    }
    let fields = Fields::new();
    fields
        .set("operation", step.operation)
        .set("algorithm", step.algorithm)
        .set("label", step.label.as_str())
        .set("inputs", inputs.into_value())
        .set("output", bytes(&step.output));
    fields.into_value()
}
