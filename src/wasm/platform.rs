//! The AEADs of the runtime around the module.

use core::cell::OnceCell;

use wasm_bindgen::prelude::*;

use crate::crypto::{AeadInputs, PlatformAead, TAG_LEN, use_platform_aead};

#[wasm_bindgen]
extern "C" {
    /// Of `pkg/src/platform-aead.ts`. It throws nothing, and changes nothing when it returns `false`.
    pub type JsAead;

    #[wasm_bindgen(method)]
    fn run(
        this: &JsAead,
        opens: bool,
        algorithm: u8,
        key: &[u8],
        nonce: &[u8],
        associated_data: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> bool;
}

thread_local! {
    static AEAD: OnceCell<JsAead> = const { OnceCell::new() };
}

/// Has records protected by the runtime from now on. The first implementation stays.
#[wasm_bindgen(js_name = setPlatformAead)]
pub fn set_platform_aead(aead: JsAead) {
    let _ = AEAD.with(|kept| kept.set(aead));
    use_platform_aead(PlatformAead { seal, open });
}

fn seal(inputs: &AeadInputs<'_>, text: &mut [u8]) -> Option<[u8; TAG_LEN]> {
    let mut tag = [0; TAG_LEN];
    run(false, inputs, text, &mut tag).then_some(tag)
}

fn open(inputs: &AeadInputs<'_>, text: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
    run(true, inputs, text, &mut tag.clone())
}

fn run(opens: bool, inputs: &AeadInputs<'_>, text: &mut [u8], tag: &mut [u8]) -> bool {
    let AeadInputs { algorithm, key, nonce, associated_data } = *inputs;
    AEAD.with(|aead| {
        aead.get().is_some_and(|aead| {
            aead.run(opens, algorithm as u8, key, nonce, associated_data, text, tag)
        })
    })
}
