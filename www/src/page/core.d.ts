// What the page's build of the core adds to that of the package: its computations. See tools/build.mjs.
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

  /** Starts or stops recording every computation of the core, including secrets. */
  export function recordSteps(on: boolean): void;
  /** The computations since the last call. */
  export function takeSteps(): Step[];
}
