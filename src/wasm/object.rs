//! Plain JavaScript objects: nothing for the caller to free.

use js_sys::{Array, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// A plain object under construction.
pub(super) struct Fields(Object);

impl Fields {
    pub(super) fn new() -> Self {
        Self(Object::new())
    }

    pub(super) fn set(&self, name: &str, value: impl Into<JsValue>) -> &Self {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&self.0, &JsValue::from_str(name), &value.into());
        self
    }

    /// Sets a property unless there is no value: an absent property reads as undefined.
    pub(super) fn set_some(&self, name: &str, value: Option<impl Into<JsValue>>) -> &Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    pub(super) fn into_value(self) -> JsValue {
        self.0.into()
    }

    /// An object of the type "data" with these bytes: the event of each record, so its names are not decoded anew.
    pub(super) fn data(data: &[u8]) -> Self {
        let fields = Self::new();
        TYPE.with(|key| DATA.with(|name| fields.set_interned(key, name)));
        DATA.with(|key| fields.set_interned(key, &bytes(data)));
        fields
    }

    fn set_interned(&self, key: &JsString, value: &JsValue) {
        let _ = Reflect::set(&self.0, key, value);
    }
}

// rustfmt takes the values away, which Rust itself does not have there.
#[rustfmt::skip]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    static TYPE: JsString = "type";
    #[wasm_bindgen(thread_local_v2, static_string)]
    static DATA: JsString = "data";
}

/// A copy of bytes that JavaScript owns.
pub(super) fn bytes(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}

#[wasm_bindgen]
extern "C" {
    /// JavaScript's decoder of UTF-8, which need not be downloaded.
    type TextDecoder;

    #[wasm_bindgen(constructor)]
    fn new() -> TextDecoder;

    #[wasm_bindgen(method)]
    fn decode(this: &TextDecoder, bytes: &[u8]) -> JsString;
}

/// Text for display; the protocol's byte strings need not be UTF-8.
pub(super) fn text(bytes: &[u8]) -> JsString {
    TextDecoder::new().decode(bytes)
}

/// An array of strings.
pub(super) fn texts<'a>(items: impl Iterator<Item = &'a Vec<u8>>) -> Array {
    items.map(|item| JsValue::from(text(item))).collect()
}

/// A chain of certificates as an array of bytes.
pub(super) fn chain(certificates: &[Vec<u8>]) -> Array {
    certificates.iter().map(|certificate| JsValue::from(bytes(certificate))).collect()
}
