/** What both builds of the package share in a process: their WebAssembly has a memory of its own for each. */
interface Shared {
  /** Whether this process may use an identity in a role; the core calls it by this name. */
  tlsPskMayServe?: (key: Uint8Array, isTicket: boolean, isClient: boolean) => boolean;
}

/** How many identities of each kind are remembered at least, those that were used last, and half of the most. */
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

/** Makes one guard of roles for all builds that are loaded (RFC 9257 section 4.1). */
export function shareGuard(): void {
  (globalThis as Shared).tlsPskMayServe ??= guard();
}
