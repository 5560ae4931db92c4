//! The guard of roles that both builds of the package share, as each has a memory of its own.

use wasm_bindgen::prelude::*;

use crate::psk::{Role, share_guard};

#[wasm_bindgen]
extern "C" {
    /// Of `pkg/src/roles.ts`. It is not there for those who use the generated glue without the package.
    #[wasm_bindgen(catch, js_namespace = globalThis, js_name = tlsPskMayServe)]
    fn may_serve(key: &[u8], is_ticket: bool, is_client: bool) -> Result<bool, JsValue>;
}

/// Asks the package's guard from now on.
pub(super) fn share() {
    share_guard(|key, is_ticket, role| may_serve(key, is_ticket, role == Role::Client).ok());
}
