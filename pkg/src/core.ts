import type {
  ConfigConstructor,
  ConnectionConstructor,
  ExternalPskConstructor,
  Inspect,
  InspectRecords,
  OfferedIdentity,
  SessionConstructor,
} from "./core-types.js";
import { assertInitialised } from "./loader.js";
import * as generated from "./wasm/tls_psk.js";

// The generated classes, which would fail with "cannot read properties of undefined" when used before `init`.

/** The same class, with a constructor and static methods that check for `init` first. */
function guarded<T extends object>(generatedClass: T): T {
  return new Proxy(generatedClass, {
    construct(target, args, newTarget) {
      assertInitialised();
      return Reflect.construct(target as unknown as new () => object, args, newTarget);
    },
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value === "function" && Object.hasOwn(target, key)) assertInitialised();
      return value;
    },
  });
}

/** An external pre-shared key, held in the memory of the WebAssembly. */
export const ExternalPsk: ExternalPskConstructor = /* @__PURE__ */ guarded(generated.ExternalPsk);
export type ExternalPsk = import("./core-types.js").ExternalPsk;

/** The configuration of connections of one role. */
export const Config: ConfigConstructor = /* @__PURE__ */ guarded(generated.Config);
export type Config = import("./core-types.js").Config;

/** One TLS connection, without its transport. */
export const Connection: ConnectionConstructor = /* @__PURE__ */ guarded(generated.Connection);
export type Connection = import("./core-types.js").Connection;

/** What a client stores of a connection to resume it later. */
export const Session: SessionConstructor = /* @__PURE__ */ guarded(generated.Session);
export type Session = import("./core-types.js").Session;

/** A class whose instances only the core creates, for `instanceof`. */
type MadeByCore<T> = abstract new (...none: never) => T;

/** Whether this is the build with certificates. The generated classes show this before the WebAssembly is loaded. */
export function hasCertificates(): boolean {
  return "decideCertificate" in generated.Connection.prototype;
}

/** For `instanceof`; instances come from `Connection.offeredPsks`. */
export const OfferedPskList = generated.OfferedPskList as unknown as MadeByCore<OfferedPskList>;
export type OfferedPskList = import("./core-types.js").OfferedPskList;

/** For `instanceof`; instances come from `OfferedPskList`. */
export const OfferedPsk = generated.OfferedPsk as unknown as MadeByCore<OfferedPsk>;
export type OfferedPsk = import("./core-types.js").OfferedPsk;

/**
 * The fields of handshake messages, from the codec that reads them. See {@link Inspect}.
 *
 * @example
 * ```js
 * import { init, inspect } from "tls-psk";
 *
 * await init();
 * for (const { name, value, start, end } of inspect(clientHello)) console.log(name, value ?? `${end - start} bytes`);
 * ```
 */
export const inspect: Inspect = (handshakeMessages) => {
  assertInitialised();
  return generated.inspect(handshakeMessages);
};

/**
 * The fields of records, and of their content in clear. See {@link InspectRecords}.
 *
 * @example
 * ```js
 * import { init, inspectRecords } from "tls-psk";
 *
 * await init();
 * const types = inspectRecords(captured).filter(({ name }) => name === "Handshake");
 * ```
 */
export const inspectRecords: InspectRecords = (records) => {
  assertInitialised();
  return generated.inspectRecords(records);
};

// Plain objects, as a `for` loop cannot free the objects that it iterates over.
OfferedPskList.prototype[Symbol.iterator] = function* (this: OfferedPskList): Iterator<OfferedIdentity> {
  for (let position = 0; position < this.length; position++) {
    const offered = this.get(position);
    if (offered === undefined) return;
    const { identity, index, obfuscatedTicketAge, imported, ticket } = offered;
    offered.free();
    yield { identity, index, obfuscatedTicketAge, imported, ticket };
  }
};
