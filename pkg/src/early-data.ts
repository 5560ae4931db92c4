import type { EarlyDataRequest } from "./core-types.js";
import { named, nameOf } from "./names.js";

/**
 * Decides whether a server takes early data: `true` if this ClientHello is certainly no copy of one whose early data
 * was taken before (RFC 9846 section 8). May take its time, like {@link SelectPsk}; when it throws or rejects, the
 * handshake fails with `ERR_TLS_EARLY_DATA`.
 */
export type AcceptEarlyData = (
  request: EarlyDataRequest,
  context: { signal: AbortSignal },
) => boolean | Promise<boolean>;

/**
 * Where a server, or all servers that share PSKs or a {@link TicketOptions.replayScope}, remember which early data they
 * took. Durable Objects,
 * Redis (`SET id 1 NX PXAT until`) and SQL (a primary key) can be one; a store that is only eventually consistent, such
 * as Workers KV, cannot.
 */
export interface ReplayStore {
  /**
   * Remembers `id` and says whether it was new, in one step that nothing comes between.
   *
   * @param id hexadecimal
   * @param until how long it has to be remembered, in milliseconds since the Unix epoch; `undefined` for an external
   *   PSK, with which a copy is as good as the original for as long as the PSK is in use
   */
  add(id: string, until: number | undefined): boolean | Promise<boolean>;
}

/** Accepts early data whose id the store has not seen. */
export function singleUse(store: ReplayStore): AcceptEarlyData {
  const accept: AcceptEarlyData = ({ id, replayableUntil }) => store.add(hex(id), replayableUntil);
  named(accept, nameOf(store));
  return accept;
}

/** Options of {@link MemoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /**
   * How many ids it remembers, 100,000 unless given. While it is full it takes nothing, so that forgetting is never the
   * way to make room.
   */
  capacity?: number;
  /**
   * What it does with early data that it may have seen before it was started. `"reject"`, unless given, refuses what
   * could be a copy from then, which is all early data in the first seconds and that of external PSKs at any time.
   * `"accept"` is for PSKs and ticket keys that are no older than the store.
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

  /** An empty store, which counts the time from now on. */
  constructor({ capacity = 100_000, coldStart = "reject", now = Date.now }: MemoryReplayStoreOptions = {}) {
    this.#capacity = capacity;
    this.#coldStart = coldStart;
    this.#now = now;
    this.#startedAt = now();
  }

  add(id: string, until: number | undefined): boolean {
    const now = this.#now();
    const limit = until ?? Number.POSITIVE_INFINITY;
    // A copy can come as long after its original as the original has to be remembered.
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
