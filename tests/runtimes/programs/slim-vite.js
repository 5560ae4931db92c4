import { init } from "tls-psk/slim";
import wasm from "tls-psk/tls-psk.wasm?url";

init(wasm);
