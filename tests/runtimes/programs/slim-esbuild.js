import wasm from "tls-psk/tls-psk.wasm";
import { init, startTls } from "tls-psk/slim";

init(wasm);
