import { type Bytes, isBytes, toBytes, viewOf } from "./bytes.js";
import { CERTIFICATE_OPTIONS, type Credentials, type ExternalKey } from "./certificate-options.js";
import type { Config } from "./core.js";
import { configError } from "./errors.js";
import { nameOf } from "./names.js";
import type { ClientOptions, ServerOptions } from "./options.js";
import { isKeyOf, RSA_SCHEMES, rsaKey, signWithRsa } from "./rsa.js";

type Options = ClientOptions & ServerOptions;

/** Sets the options about certificates. Throws `ERR_TLS_CONFIG`. */
export function applyCertificates(config: Config, role: "client" | "server", options: Options): void {
  const given = [...CERTIFICATE_OPTIONS.client, ...CERTIFICATE_OPTIONS.server].filter(
    (name) => options[name] !== undefined,
  );
  if (given[0] === undefined) return;
  // Ignoring it could mean trusting everyone.
  const foreign = given.find((name) => !(CERTIFICATE_OPTIONS[role] as readonly string[]).includes(name));
  if (foreign !== undefined) throw configError(`${foreign} is not an option of a ${role}`);

  if (role === "client") applyToClient(config, options);
  else applyToServer(config, options);
  config.setCertificateWithPsk(options.certificateWithPsk ?? false);
}

function applyToClient(config: Config, { ca, verifyCertificate, certificate, serverName }: Options): void {
  if (ca === undefined && verifyCertificate === undefined) {
    throw configError("certificate and certificateWithPsk need ca or verifyCertificate");
  }
  if (ca !== undefined && serverName === undefined) {
    throw configError("ca needs a serverName: otherwise a certificate for any name would be accepted");
  }
  applyVerification(config, ca, verifyCertificate);
  if (certificate !== undefined) addCredentials(config, certificate);
}

function applyToServer(config: Config, { certificates = [], requestCertificate, sessionIdContext }: Options): void {
  if (certificates.length === 0) throw configError("requestCertificate and certificateWithPsk need certificates");
  for (const credentials of certificates) addCredentials(config, credentials);
  if (requestCertificate === undefined) return;
  const { ca, verify, required = true } = requestCertificate;
  // The functions of servers with the same context have the same rules.
  applyVerification(config, ca, verify, sessionIdContext === undefined ? undefined : new Uint8Array());
  config.setClientCertificatesRequired(required);
}

/** Without a name, the rules are those of this function only. */
function applyVerification(config: Config, ca: string | Bytes | undefined, verify: unknown, rules?: Uint8Array): void {
  if (ca !== undefined && verify === undefined) config.setTrustAnchors(pem(ca, "ca"));
  else if (ca === undefined && typeof verify === "function") config.setApplicationVerification(rules ?? nameOf(verify));
  else throw configError("certificates are verified either by ca or by a function");
}

function addCredentials(config: Config, credentials: Credentials): void {
  const { key } = credentials;
  const chain = pem(credentials.chain, "chain");
  if (isPem(key)) {
    const text = pem(key, "key");
    const rsa = rsaKey(text);
    if (rsa === undefined) config.addCredentials(chain, text);
    else addRsaCredentials(config, chain, rsa);
  } else if (typeof key?.sign !== "function") throw configError("key must be PEM, or have schemes and sign");
  else config.addExternalCredentials(chain, [...key.schemes]);
}

function addRsaCredentials(config: Config, chain: Uint8Array, key: string): void {
  if (!globalThis.crypto?.subtle) throw configError("an RSA key needs WebCrypto, and so a secure context");
  config.addExternalCredentials(chain, [...RSA_SCHEMES]);
  if (!isKeyOf(key, chain)) throw configError("the private key does not match the certificate");
}

const isPem = (key: unknown): key is string | Bytes => typeof key === "string" || isBytes(key);

/** A text as bytes for the core. */
function pem(text: string | Bytes, name: string): Uint8Array {
  if (typeof text === "string" || isBytes(text)) return toBytes(text);
  throw configError(`${name} must be a string or bytes, in PEM`);
}

/** The function that signs for the credentials at a place in the core's list. */
export function signerOf({ certificate, certificates = [] }: Options, place: number): ExternalKey["sign"] | undefined {
  const key = (certificate ?? certificates[place])?.key;
  if (key === undefined) return undefined;
  if (!isPem(key)) return (request, context) => key.sign(request, context);
  const rsa = rsaKey(pem(key, "key"));
  return rsa === undefined ? undefined : (request) => signWithRsa(rsa, request);
}

/**
 * Converts an ECDSA signature from the format of WebCrypto, two concatenated numbers of the same length, to that of
 * TLS, which is DER (RFC 3279 section 2.2.3). For P-256 and P-384.
 *
 * @example
 * ```js
 * import { ecdsaToDer } from "tls-psk/full";
 *
 * const key = {
 *   schemes: ["ecdsa_secp256r1_sha256"],
 *   sign: async ({ content }) =>
 *     ecdsaToDer(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, content)),
 * };
 * ```
 */
export function ecdsaToDer(signature: Bytes): Uint8Array<ArrayBuffer> {
  const bytes = viewOf(signature);
  const half = bytes.length / 2;
  const body = [...integer(bytes.subarray(0, half)), ...integer(bytes.subarray(half))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

/** A positive number in DER: a zero byte precedes a first bit of 1, and there are no other leading zero bytes. */
function integer(number: Uint8Array): number[] {
  const first = number.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? [0] : [...number.subarray(first)];
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0);
  return [0x02, digits.length, ...digits];
}
