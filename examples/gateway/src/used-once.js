// The early data that was accepted. Every isolate on earth asks the same object about the same id, and that object
// answers one request at a time: of two copies of a ClientHello, one is the first.

import { DurableObject } from "cloudflare:workers";

export class UsedOnce extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS used (id TEXT PRIMARY KEY, until INTEGER)");
  }

  /** Whether the id was new. Without `until` (for external PSKs) it is stored permanently. */
  async add(id, until) {
    const { sql } = this.ctx.storage;
    const added = sql.exec("INSERT OR IGNORE INTO used VALUES (?, ?)", id, until ?? null).rowsWritten > 0;
    if (added && until && (await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(until + 1_000);
    return added;
  }

  /** Deletes ids whose early data can no longer be replayed. */
  async alarm() {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM used WHERE until < ?", Date.now());
    const { next } = sql.exec("SELECT min(until) AS next FROM used").one();
    if (next) await this.ctx.storage.setAlarm(next + 1_000);
  }
}

/**
 * The store for `singleUse`: 256 objects, each for ids with the same first two digits, so that none is a bottleneck.
 */
export function usedOnce(namespace) {
  return {
    add: (id, until) => namespace.get(namespace.idFromName(id.slice(0, 2))).add(id, until),
  };
}
