/** The AEADs by the numbers that the core has for them, as OpenSSL names them. */
const NAMES = ["aes-128-gcm", "aes-256-gcm", "chacha20-poly1305"] as const;

type NodeCrypto = typeof import("node:crypto");

/**
 * What protects records instead of the WebAssembly. It works in place. If it cannot, it returns `false` and leaves
 * everything as it was: the WebAssembly does it then.
 */
export interface PlatformAead {
  /** If `opens`, verifies the tag and decrypts the text. Otherwise encrypts the text and fills in the tag. */
  run(
    opens: boolean,
    algorithm: number,
    key: Uint8Array,
    nonce: Uint8Array,
    associatedData: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): boolean;
}

/**
 * The AEADs of `node:crypto`, which Deno and Bun have as well. All arguments are views of the WebAssembly's memory, so that
 * JavaScript makes no copy of a key. The first long record loads the module.
 */
export class NodeAead implements PlatformAead {
  #crypto: NodeCrypto | undefined;
  /** The algorithms that this runtime does not have. */
  readonly #missing = new Set<number>();

  run(...[opens, algorithm, ...parts]: Parameters<PlatformAead["run"]>): boolean {
    if (this.#missing.has(algorithm)) return false;
    try {
      this.#crypto ??= process.getBuiltinModule("node:crypto");
      // The names of the other two have the same functions, under types of their own.
      const name = NAMES[algorithm] as "aes-128-gcm";
      return (opens ? open : seal)(this.#crypto, name, ...parts);
    } catch {
      this.#missing.add(algorithm);
      return false;
    }
  }
}

type Parts = [key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, text: Uint8Array, tag: Uint8Array];

function seal({ createCipheriv }: NodeCrypto, name: "aes-128-gcm", ...parts: Parts): boolean {
  const [key, nonce, associatedData, text, tag] = parts;
  const cipher = createCipheriv(name, key, nonce, { authTagLength: tag.length });
  cipher.setAAD(associatedData, { plaintextLength: text.length });
  const sealed = cipher.update(text);
  cipher.final();
  const made = cipher.getAuthTag();
  if (sealed.length !== text.length || made.length !== tag.length) return false;
  text.set(sealed);
  tag.set(made);
  return true;
}

function open({ createDecipheriv }: NodeCrypto, name: "aes-128-gcm", ...parts: Parts): boolean {
  const [key, nonce, associatedData, text, tag] = parts;
  const decipher = createDecipheriv(name, key, nonce, { authTagLength: tag.length });
  decipher.setAAD(associatedData, { plaintextLength: text.length });
  decipher.setAuthTag(tag);
  const opened = decipher.update(text);
  try {
    decipher.final();
  } catch {
    // plaintext that no tag vouches for
    opened.fill(0);
    return false;
  }
  if (opened.length !== text.length) return false;
  text.set(opened);
  opened.fill(0);
  return true;
}
