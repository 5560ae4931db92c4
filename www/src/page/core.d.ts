// What the page's own build of the core adds to the package's: its computations. See tools/build.mjs.
declare module "page-core" {
  export interface Step {
    readonly operation: "hash" | "hmac" | "extract" | "expand-label" | "agree" | "seal" | "open";
    /** The hash, the group or the AEAD. */
    readonly algorithm: string;
    /** Of an "expand-label", without its prefix. */
    readonly label: string;
    /** By their names in the specifications. */
    readonly inputs: Readonly<Record<string, Uint8Array>>;
    readonly output: Uint8Array;
  }

  /** Begins to record every computation of the core, with its secrets, or ends it. */
  export function recordSteps(on: boolean): void;
  /** What was computed since the last call. */
  export function takeSteps(): Step[];
}
