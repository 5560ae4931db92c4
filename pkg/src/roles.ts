/** The state that both builds of the package share in a process, as each WebAssembly has its own memory. */
interface Shared {
  /** Whether this process may use an identity in a role; the core calls it by this name. */
  tlsPskMayServe?: (key: Uint8Array, isTicket: boolean, isClient: boolean) => boolean;
}

/** How many of the most recently used identities of each kind are remembered at least; at most twice as many are. */
const REMEMBERED = 50_000;

function guard(): NonNullable<Shared["tlsPskMayServe"]> {
  const recent = [new Map<string, boolean>(), new Map<string, boolean>()];
  const older = [...recent];
  return (key, isTicket, isClient) => {
    const kind = Number(isTicket);
    const name = String(key);
    if ((recent[kind]?.size ?? 0) >= REMEMBERED) {
      older[kind] = recent[kind] as Map<string, boolean>;
      recent[kind] = new Map();
    }
    const first = recent[kind]?.get(name) ?? older[kind]?.get(name) ?? isClient;
    recent[kind]?.set(name, first);
    return first === isClient;
  };
}

/** Creates one role guard for all loaded builds (RFC 9257 section 4.1). */
export function shareGuard(): void {
  (globalThis as Shared).tlsPskMayServe ??= guard();
}
