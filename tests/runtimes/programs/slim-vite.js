import wasm from "tls-psk/tls-psk.wasm?url";
import { init, startTls } from "tls-psk/slim";

init(wasm);
