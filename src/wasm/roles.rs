//! The role guard that both builds of the package share, as each has its own memory.

use wasm_bindgen::prelude::*;

use crate::psk::share_guard;
use crate::role::Role;

#[wasm_bindgen]
extern "C" {
    /// Defined in `pkg/src/roles.ts`. It is missing if the generated glue is used without the package.
    #[wasm_bindgen(catch, js_namespace = globalThis, js_name = tlsPskMayServe)]
    fn may_serve(key: &[u8], is_ticket: bool, is_client: bool) -> Result<bool, JsValue>;
}

/// Uses the package's guard from now on.
pub(super) fn share() {
    share_guard(|key, is_ticket, role| may_serve(key, is_ticket, role == Role::Client).ok());
}
