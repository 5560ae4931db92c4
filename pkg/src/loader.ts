import type { Bytes } from "./bytes.js";
import { isBytes } from "./bytes.js";
import { TlsError } from "./errors.js";
import type { PlatformAead } from "./platform-aead.js";
import { shareGuard } from "./roles.js";
import instantiate, { initSync as instantiateSync, setPlatformAead } from "./wasm/tls_psk.js";

/** A compiled module: `WebAssembly.Module`, if the types of the runtime have it. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: abstract new (...args: never) => infer Module };
}
  ? Module
  : object;

/** Where the WebAssembly can come from: compiled, as bytes, as a response, or from an address to fetch. */
export type WasmSource = WasmModule | Bytes | Response | URL | string;

let findWasm: (() => Promise<WasmSource>) | undefined;
let platformAead: PlatformAead | undefined;
let loading: Promise<void> | undefined;
let initialised = false;

/** Says how this entry of the package finds its WebAssembly. The first one that is imported decides. */
export function provideWasm(find: () => Promise<WasmSource>): void {
  findWasm ??= find;
}

/** Says with what this runtime protects records faster than the WebAssembly does. */
export function providePlatformAead(aead: PlatformAead): void {
  platformAead = aead;
}

/**
 * Loads and compiles the WebAssembly, once; later calls return the same promise, and a call after a failure tries
 * again. `startTls` and `acceptTls` call it themselves. The classes are synchronous and cannot: await `init` before
 * using them.
 *
 * @example
 * ```js
 * import { ExternalPsk, init } from "tls-psk";
 *
 * await init();
 * const psk = new ExternalPsk(identity, secret);
 * ```
 *
 * @param source needed only with `tls-psk/slim`; otherwise it replaces the file of this package
 * @throws `ERR_TLS_NOT_INITIALISED`, with the reason as its `cause`
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  loading ??= initialise(source).catch((cause: unknown) => {
    loading = undefined;
    throw cause;
  });
  return loading;
}

/**
 * As {@link init}, for runtimes that have the compiled module or the bytes available.
 *
 * @example
 * ```js
 * import { initSync } from "tls-psk/slim";
 * import wasm from "tls-psk/wasm"; // a module, in workerd
 *
 * initSync(wasm);
 * ```
 */
export function initSync(module: WasmModule | Bytes): void {
  if (initialised) return;
  // The generated code mistakes a module of another realm for bytes, and edge functions receive such modules.
  const isForeign = isModule(module) && !(module instanceof WebAssembly.Module);
  if (isForeign) Object.setPrototypeOf(module, WebAssembly.Module.prototype);
  shareGuard();
  instantiateSync({ module: module as WebAssembly.Module | BufferSource });
  ready();
}

function ready(): void {
  if (platformAead) setPlatformAead(platformAead);
  initialised = true;
}

/** Whether the classes can be used. */
export function isInitialised(): boolean {
  return initialised;
}

/** Throws `ERR_TLS_NOT_INITIALISED` where the generated code would fail on an undefined variable. */
export function assertInitialised(): void {
  if (!initialised) {
    throw notInitialised("the WebAssembly is not loaded yet: await init() before using the classes");
  }
}

async function initialise(source: WasmSource | Promise<WasmSource> | undefined): Promise<void> {
  if (initialised) return;
  if (source === undefined && findWasm === undefined) {
    throw notInitialised("tls-psk/slim contains no WebAssembly: pass it to init() or initSync() first");
  }
  try {
    const module = await compile(await (source ?? findWasm?.()));
    // Not `initSync`: the main thread of a browser may not instantiate a large module synchronously.
    shareGuard();
    await instantiate({ module_or_path: module });
    ready();
  } catch (cause) {
    // Some browsers mention only 'unsafe-eval' here, which would allow far more than is needed.
    const forbidden = /unsafe-eval|CSP|content security/i.test(`${cause}`);
    const remedy = forbidden ? " (the page's script-src needs 'wasm-unsafe-eval')" : "";
    throw notInitialised(`the WebAssembly could not be loaded: ${cause}${remedy}`, { cause });
  }
}

async function compile(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  if (isModule(source)) return source as WebAssembly.Module;
  // Next.js with webpack refuses an edge function that contains a call of WebAssembly.compile, even an unreachable one.
  const { compile: compileBytes } = WebAssembly;
  if (isBytes(source)) return compileBytes(source as BufferSource);
  const response = source instanceof Response ? source : await fetch(source as URL | string);
  if (!response.ok) throw new Error(`${response.url} answered ${response.status} ${response.statusText}`);
  const type = response.headers.get("content-type") ?? "";
  // Servers of single-page applications answer missing files with the page.
  if (type.startsWith("text/html")) throw new Error(`${response.url} is a page, not the WebAssembly`);
  // Streaming compilation needs the right content type, which many servers do not send.
  if (type.startsWith("application/wasm") && "compileStreaming" in WebAssembly)
    return WebAssembly.compileStreaming(response);
  return compileBytes(await response.arrayBuffer());
}

/** Whether it is a compiled module, of this realm or another. */
function isModule(source: unknown): boolean {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

function notInitialised(message: string, details: { cause?: unknown } = {}): TlsError {
  return new TlsError("ERR_TLS_NOT_INITIALISED", message, { phase: "configuration", ...details });
}
