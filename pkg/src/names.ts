const names = new WeakMap<object, Uint8Array>();

/** The name of an object: the one it was given, or a random one of 16 bytes, which stays the same for the process. */
export function nameOf(object: object): Uint8Array {
  return names.get(object) ?? named(object, crypto.getRandomValues(new Uint8Array(16)));
}

/** Gives an object a name. */
export function named(object: object, name: Uint8Array): Uint8Array {
  names.set(object, name);
  return name;
}
