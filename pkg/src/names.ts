const names = new WeakMap<object, Uint8Array>();

/** A random name of 16 bytes for an object, the same as long as the process lives. */
export function nameOf(object: object): Uint8Array {
  const name = names.get(object) ?? crypto.getRandomValues(new Uint8Array(16));
  names.set(object, name);
  return name;
}

/** Gives an object the name of another one. */
export function nameAfter<T extends object>(object: T, other: object): T {
  names.set(object, nameOf(other));
  return object;
}
