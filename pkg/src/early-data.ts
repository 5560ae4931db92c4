import type { EarlyDataRequest } from "./core-types.js";
import { named, nameOf } from "./names.js";

/**
 * Decides whether a server accepts early data: `true` only if this ClientHello is certainly not a copy of one whose
 * early data was accepted before (RFC 9846 section 8). May be asynchronous, like {@link SelectPsk}; if it throws or
 * rejects, the handshake fails with `ERR_TLS_EARLY_DATA`.
 */
export type AcceptEarlyData = (
  request: EarlyDataRequest,
  context: { signal: AbortSignal },
) => boolean | Promise<boolean>;

/**
 * Where a server, or all servers that share PSKs or a {@link TicketOptions.replayScope}, remember which early data they
 * have accepted. Durable Objects, Redis (`SET id 1 NX PXAT until`) and SQL (a primary key) are suitable. A store that
 * is only eventually consistent, such as Workers KV, is not.
 */
export interface ReplayStore {
  /**
   * Remembers `id` and returns whether it was new, in one atomic step.
   *
   * @param id hexadecimal
   * @param until until when to remember it, in milliseconds since the Unix epoch; `undefined` for an external PSK, with
   *   which a copy can be replayed for as long as the PSK is in use
   */
  add(id: string, until: number | undefined): boolean | Promise<boolean>;
}

/**
 * Accepts early data only if its id is new to the store.
 *
 * @example
 * ```js
 * import { acceptTls, MemoryReplayStore, singleUse } from "tls-psk";
 *
 * const acceptEarlyData = singleUse(new MemoryReplayStore());
 * acceptTls(transport, { psks, tickets, acceptEarlyData });
 * ```
 */
export function singleUse(store: ReplayStore): AcceptEarlyData {
  const accept: AcceptEarlyData = ({ id, replayableUntil }) => store.add(hex(id), replayableUntil);
  named(accept, nameOf(store));
  return accept;
}

/** Options of {@link MemoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /**
   * How many ids it remembers. Default: 100,000. While it is full, it accepts no early data, as it must not forget an
   * id to make room.
   */
  capacity?: number;
  /**
   * What it does with early data that may have been accepted before it was started. `"reject"`, the default, refuses
   * what could be a copy from that time: all early data in the first seconds, and early data of external PSKs at any
   * time. `"accept"` is for PSKs and ticket keys that are no older than the store.
   */
  coldStart?: "reject" | "accept";
  /** The clock, in milliseconds since the Unix epoch, for tests. */
  now?: () => number;
}

/** A {@link ReplayStore} of one process. */
export class MemoryReplayStore implements ReplayStore {
  readonly #seen = new Map<string, number>();
  readonly #capacity: number;
  readonly #coldStart: "reject" | "accept";
  readonly #now: () => number;
  readonly #startedAt: number;

  /** An empty store, which was started now. */
  constructor({ capacity = 100_000, coldStart = "reject", now = Date.now }: MemoryReplayStoreOptions = {}) {
    this.#capacity = capacity;
    this.#coldStart = coldStart;
    this.#now = now;
    this.#startedAt = now();
  }

  add(id: string, until: number | undefined): boolean {
    const now = this.#now();
    const limit = until ?? Number.POSITIVE_INFINITY;
    // A copy can arrive as long after its original as the original must be remembered.
    if (this.#coldStart === "reject" && now - this.#startedAt < limit - now) return false;
    if (this.#seen.has(id)) return false;
    if (this.#seen.size >= this.#capacity) this.#forget(now);
    if (this.#seen.size >= this.#capacity) return false;
    this.#seen.set(id, limit);
    return true;
  }

  #forget(now: number): void {
    for (const [id, until] of this.#seen) {
      if (until < now) this.#seen.delete(id);
    }
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
