// What core.ts and loader.ts use of the glue that wasm-bindgen generates into dist/wasm. Not shipped: the types of the
// package are those of core-types.ts.
import type {
  ConfigConstructor,
  Config as ConfigInstance,
  ConnectionConstructor,
  Connection as ConnectionInstance,
  ExternalPskConstructor,
  Inspect,
  InspectRecords,
  Negotiated,
  OfferedPsk as OfferedPskInstance,
  OfferedPskList as OfferedPskListInstance,
  SessionConstructor,
} from "../core-types.js";
import type { PlatformAead } from "../platform-aead.js";

export const ExternalPsk: ExternalPskConstructor;
export const Config: ConfigConstructor;
export const Connection: ConnectionConstructor & { readonly prototype: object };
export const Session: SessionConstructor;
export const OfferedPskList: { readonly prototype: OfferedPskListInstance };
export const OfferedPsk: { readonly prototype: OfferedPskInstance };
export const inspect: Inspect;
export const inspectRecords: InspectRecords;

/** Has long records protected by this from now on. The first one stays. */
export function setPlatformAead(aead: PlatformAead): void;

export function initSync(options: { module: WebAssembly.Module | BufferSource }): unknown;
export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;

// Only in the build of `tls-psk/full`.
/** Takes an established connection apart and seals its state. */
export function suspendConnection(
  connection: ConnectionInstance,
  keys: Uint8Array,
  scope: Uint8Array,
): { state: Uint8Array<ArrayBuffer>; received: Uint8Array<ArrayBuffer> };
/** What identifies a state. */
export function identifySuspended(
  keys: Uint8Array,
  scope: Uint8Array,
  state: Uint8Array,
  received: Uint8Array,
): { id: Uint8Array<ArrayBuffer>; counter: number; role: "client" | "server" };
/** Continues a suspended connection. */
export function resumeConnection(
  config: ConfigInstance,
  keys: Uint8Array,
  scope: Uint8Array,
  state: Uint8Array,
  received: Uint8Array,
): ConnectionInstance;
/** What was negotiated. */
export function negotiatedOf(connection: ConnectionInstance): Negotiated | undefined;
