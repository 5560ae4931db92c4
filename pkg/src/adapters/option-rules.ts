import { constants } from "node:crypto";
import { configError } from "../errors.js";

/** An option of `node:tls` that is not supported. */
interface Refusal {
  /** What to do instead. */
  readonly way: string;
  /** Values that request nothing. */
  readonly unless?: (value: unknown) => boolean;
}

/** Bits of `secureOptions` that do not concern TLS 1.3. */
const HARMLESS_BITS =
  constants.SSL_OP_ALL |
  constants.SSL_OP_NO_SSLv2 |
  constants.SSL_OP_NO_SSLv3 |
  constants.SSL_OP_NO_TLSv1 |
  constants.SSL_OP_NO_TLSv1_1 |
  constants.SSL_OP_NO_TLSv1_2 |
  constants.SSL_OP_NO_COMPRESSION |
  constants.SSL_OP_NO_RENEGOTIATION |
  constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION |
  constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
  constants.SSL_OP_LEGACY_SERVER_CONNECT |
  constants.SSL_OP_NO_ENCRYPT_THEN_MAC;

/** Names of `secureProtocol` that allow TLS 1.3. */
const PROTOCOLS = ["TLS", "SSLv23"].flatMap((name) => [
  `${name}_method`,
  `${name}_client_method`,
  `${name}_server_method`,
]);

/**
 * Options of `node:tls` that this package does not support, and that must not be ignored, as the connection could be
 * less secure than requested. The table of docs/node-options.md has every option of Node.
 */
const REFUSED: Readonly<Record<string, Refusal>> = {
  ALPNCallback: { way: "use ALPNProtocols, in order of preference" },
  SNICallback: { way: "use certificates: each is sent for its names" },
  allowPartialTrustChain: {
    way: "every certificate of ca is trusted: leave out those that should not be",
    unless: (value) => value === true,
  },
  clientCertEngine: { way: "use certificate with an external key, { schemes, sign }" },
  crl: { way: "revocation is not checked: use verifyCertificate" },
  fd: { way: "use socket" },
  onread: { way: "read the stream" },
  pfx: { way: "pass its parts as cert, key and ca, in PEM: openssl pkcs12 -in FILE -nodes" },
  privateKeyEngine: { way: "give a key of your own, { schemes, sign }, in certificate or certificates" },
  privateKeyIdentifier: { way: "give a key of your own, { schemes, sign }, in certificate or certificates" },
  requestOCSP: { way: "there is no OCSP: check revocation in verifyCertificate", unless: (value) => !value },
  secureContext: { way: "pass its parts: ca, cert, key, ciphers" },
  secureOptions: {
    way: "options of TLS 1.3 cannot be set: leave it out",
    unless: (value) => typeof value === "number" && (value & ~HARMLESS_BITS) === 0,
  },
  secureProtocol: {
    way: "only TLS 1.3 is supported: leave it out",
    unless: (value) => PROTOCOLS.includes(value as string),
  },
  sigalgs: { way: "signature schemes cannot be chosen: leave it out" },
  ticketKeys: { way: "use tickets: { keys }, of 32 bytes each" },
};

/** Throws `ERR_TLS_CONFIG` for an unsupported option of `node:tls`; the error names it and an alternative. */
export function refuseOthers(options: object): void {
  for (const [name, { way, unless }] of Object.entries(REFUSED)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || value === null || unless?.(value)) continue;
    throw configError(`the option ${name} of node:tls is not in this package: ${way}`);
  }
}
