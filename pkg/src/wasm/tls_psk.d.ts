// What core.ts and loader.ts use of the glue that wasm-bindgen generates into dist/wasm. Not shipped: the types of the
// package are those of core-types.ts.
import type {
  ConfigConstructor,
  ConnectionConstructor,
  ExternalPskConstructor,
  Inspect,
  InspectRecords,
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
