// The steps of the key schedule as commands that compute the same in other tools.

import type { Step } from "page-core";
import { concat, fromHex, fromText, toHex } from "../page/bytes.js";

export type Tool = "openssl" | "node";

export const TOOLS: readonly Tool[] = ["openssl", "node"];

/** A shell command that prints the output of a step in hexadecimal; `undefined` if the tool has none. */
export function commandFor(step: Step, tool: Tool): string | undefined {
  return tool === "openssl" ? openssl(step) : node(step);
}

/** The step in the notation of the specification, with the names of its inputs. */
export function formulaOf({ operation, label, output, algorithm }: Step, named: (input: string) => string): string {
  switch (operation) {
    case "extract":
      return `HKDF-Extract(${named("salt")}, ${named("IKM")})`;
    case "expand-label":
      return `HKDF-Expand-Label(${named("Secret")}, "${label}", ${named("Context")}, ${output.length})`;
    case "hmac":
      return `HMAC(${named("key")}, ${named("message")})`;
    case "hash":
      return `${algorithm} of the messages`;
    default:
      return `${algorithm}(our private key, the peer’s public key)`;
  }
}

/** The struct HkdfLabel of RFC 9846 section 7.1. */
function hkdfLabel(step: Step): Uint8Array {
  const label = fromText(`tls13 ${step.label}`);
  const context = input(step, "Context");
  const { length } = step.output;
  const head = Uint8Array.of(length >> 8, length & 0xff, label.length);
  return concat([head, label, Uint8Array.of(context.length), context]);
}

function input(step: Step, name: string): Uint8Array {
  return step.inputs[name] ?? new Uint8Array();
}

const hexInput = (step: Step, name: string) => toHex(input(step, name));

function openssl(step: Step): string | undefined {
  const digest = step.algorithm.replace("-", "");
  const kdf = (options: string[]) =>
    ["openssl kdf -keylen", step.output.length, `-kdfopt digest:${digest}`, ...options, "HKDF"].join(" ") +
    " | tr -d : | tr A-F a-f";
  switch (step.operation) {
    case "extract":
      return kdf([
        "-kdfopt mode:EXTRACT_ONLY",
        `-kdfopt hexsalt:${hexInput(step, "salt")}`,
        `-kdfopt hexkey:${hexInput(step, "IKM")}`,
      ]);
    case "expand-label":
      return kdf([
        "-kdfopt mode:EXPAND_ONLY",
        `-kdfopt hexkey:${hexInput(step, "Secret")}`,
        `-kdfopt hexinfo:${toHex(hkdfLabel(step))}`,
      ]);
    case "hmac":
      return `${printed(step)} | openssl dgst -${digest.toLowerCase()} -mac HMAC -macopt hexkey:${hexInput(step, "key")} -r | cut -d' ' -f1`;
    case "hash":
      return `${printed(step)} | openssl dgst -${digest.toLowerCase()} -r | cut -d' ' -f1`;
    case "agree":
      return opensslAgreement(step);
    default:
      return undefined;
  }
}

/** Both keys in files, as pkeyutl reads them only from files. */
function opensslAgreement(step: Step): string | undefined {
  const encodings = {
    x25519: [X25519_PRIVATE, "", X25519_PUBLIC],
    secp256r1: [P256_PRIVATE, P256_PARAMETERS, P256_PUBLIC],
  }[step.algorithm];
  if (!encodings) return undefined;
  const [before, behind, beforePublic] = encodings.map((hex) => fromHex(hex ?? "") ?? new Uint8Array());
  if (!before || !behind || !beforePublic) return undefined;
  const own = escaped(concat([before, input(step, "private key"), behind]));
  const peers = escaped(concat([beforePublic, input(step, "peer's public key")]));
  return (
    `d=$(mktemp -d); printf '${own}' > $d/own; printf '${peers}' > $d/peer; ` +
    "openssl pkeyutl -derive -keyform DER -inkey $d/own -peerform DER -peerkey $d/peer | od -An -v -tx1 | tr -d ' \\n'; " +
    "rm -r $d"
  );
}

/** The message of a step, printed as bytes by any shell: octal escapes are POSIX's, hexadecimal ones are not. */
function printed(step: Step): string {
  return `printf '${escaped(input(step, "message"))}'`;
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** What precedes a raw key in its DER encodings (RFC 8410). */
const X25519_PRIVATE = "302e020100300506032b656e04220420";
const X25519_PUBLIC = "302a300506032b656e032100";
/** What precedes and follows a private key of P-256 (RFC 5915), and what precedes a public one (RFC 5480). */
const P256_PRIVATE = "30310201010420";
const P256_PARAMETERS = "a00a06082a8648ce3d030107";
const P256_PUBLIC = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

function node(step: Step): string | undefined {
  const program = nodeProgram(step);
  return program && `node -e 'const c=require("crypto"),h=x=>Buffer.from(x,"hex");${program}'`;
}

function nodeProgram(step: Step): string | undefined {
  const digest = JSON.stringify(step.algorithm.replace("-", "").toLowerCase());
  const hex = (name: string) => `h(${JSON.stringify(hexInput(step, name))})`;
  const print = (expression: string) => `console.log(${expression}.toString("hex"))`;
  switch (step.operation) {
    case "extract":
      return print(`c.createHmac(${digest},${hex("salt")}).update(${hex("IKM")}).digest()`);
    case "expand-label":
      return [
        `const l=h(${JSON.stringify(toHex(hkdfLabel(step)))});let t=h(""),o=h("");`,
        `for(let i=1;o.length<${step.output.length};i++){`,
        `t=c.createHmac(${digest},${hex("Secret")}).update(t).update(l).update(Buffer.of(i)).digest();`,
        `o=Buffer.concat([o,t])}${print(`o.subarray(0,${step.output.length})`)}`,
      ].join("");
    case "hmac":
      return print(`c.createHmac(${digest},${hex("key")}).update(${hex("message")}).digest()`);
    case "hash":
      return print(`c.createHash(${digest}).update(${hex("message")}).digest()`);
    case "agree":
      return agreement(step, hex, print);
    default:
      return undefined;
  }
}

function agreement(
  step: Step,
  hex: (name: string) => string,
  print: (expression: string) => string,
): string | undefined {
  if (step.algorithm === "secp256r1") {
    const key = `const k=c.createECDH("prime256v1");k.setPrivateKey(${hex("private key")});`;
    return key + print(`k.computeSecret(${hex("peer's public key")})`);
  }
  // the private key of the KEM is not among the inputs
  if (step.algorithm !== "x25519") return undefined;
  const der = (prefix: string, name: string, type: string) =>
    `{key:h("${prefix}${hexInput(step, name)}"),format:"der",type:"${type}"}`;
  const privateKey = `c.createPrivateKey(${der(X25519_PRIVATE, "private key", "pkcs8")})`;
  const publicKey = `c.createPublicKey(${der(X25519_PUBLIC, "peer's public key", "spki")})`;
  return print(`c.diffieHellman({privateKey:${privateKey},publicKey:${publicKey}})`);
}
