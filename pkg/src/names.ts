const random = new WeakMap<object, Uint8Array>();
const chosen = new WeakMap<object, Uint8Array>();

/** The name that was chosen for an object, or a random one of 16 bytes, the same as long as the process lives. */
export function nameOf(object: object): Uint8Array {
  const name = nameChosenFor(object) ?? random.get(object) ?? crypto.getRandomValues(new Uint8Array(16));
  random.set(object, name);
  return name;
}

/** The name that was chosen for an object. */
export const nameChosenFor = (object: object): Uint8Array | undefined => chosen.get(object);

/** Chooses a name for an object. */
export function named<T extends object>(object: T, name: Uint8Array): T {
  chosen.set(object, name);
  return object;
}
