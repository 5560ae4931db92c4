// What the page's own build of the core has for messages, binders and records that others made: src/wasm/dissect.rs.
declare module "page-core" {
  import type { Field, TlsError } from "tls-psk";

  export interface Dissection {
    readonly fields: Field[];
    /** Why the bytes make no sense from `position` on, if they do not: the end of the last field that was read. */
    readonly error?: TlsError & { readonly position: number };
  }

  /** Handshake messages, records, or the content of a protected record, as fields. An imported identity has its own. */
  export function dissect(bytes: Uint8Array, what: "messages" | "records" | "inner"): Dissection;

  /**
   * A binder as a peer may have computed it, and the hash of its transcript. With `importHash` the secret is imported
   * for `identity` first; `before` has the first ClientHello and the HelloRetryRequest.
   */
  export function attemptBinder(
    secret: Uint8Array,
    hash: string,
    kind: string,
    importHash: string | undefined,
    identity: Uint8Array,
    before: Uint8Array,
    covered: Uint8Array,
  ): { readonly transcriptHash: Uint8Array; readonly binder: Uint8Array };

  /**
   * The traffic secrets that a leaked PSK gives under psk_ke, from the messages up to the ServerHello and those from
   * there to the server's Finished.
   */
  export function secretsOfLeakedPsk(
    hash: string,
    psk: Uint8Array,
    hellos: Uint8Array,
    flight: Uint8Array,
  ): Readonly<Record<"clientHandshake" | "serverHandshake" | "clientApplication" | "serverApplication", Uint8Array>>;

  /** Opens the records of one direction with a secret from a key log. */
  export class RecordOpener {
    constructor(suite: string, secret: Uint8Array);
    /** The content of the next record, with its type and its padding. A record that does not open is not counted. */
    open(record: Uint8Array): Uint8Array;
    /** Advances to the key after a KeyUpdate. */
    update(): void;
    free(): void;
  }
}
