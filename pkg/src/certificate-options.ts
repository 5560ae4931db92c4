import type { Bytes } from "./bytes.js";
import type { SignatureRequest, SignatureScheme } from "./core-types.js";

/** A certificate chain and the private key of its first certificate. */
export interface Credentials {
  /** In PEM: the end-entity certificate first, then each one's issuer; the root is not needed. */
  chain: string | Bytes;
  /**
   * In PEM (PKCS #8, SEC 1 or PKCS #1), or an external key. RSA keys sign through WebCrypto, which pages have in secure
   * contexts only.
   */
  key: string | Bytes | ExternalKey;
}

/** A private key that is held elsewhere: in WebCrypto, a KMS or an HSM. */
export interface ExternalKey {
  /** The signature schemes of the key, in order of preference. */
  schemes: readonly SignatureScheme[];
  /**
   * Signs, and may be asynchronous: only this connection waits. ECDSA signatures must be in DER, as in TLS;
   * `ecdsaToDer` converts those of WebCrypto. If it throws, rejects or makes a signature that does not verify, the
   * handshake fails with `ERR_TLS_SIGNING`.
   */
  sign: (request: SignatureRequest, context: { signal: AbortSignal }) => Bytes | Promise<Bytes>;
}

/**
 * Verifies the peer's certificates (DER, the peer's own first). It must check everything itself: names, dates and
 * signatures of the chain have not been checked, only that the peer has the key of the first certificate. `true`
 * accepts them, `"unverified"` continues without accepting them, and anything else refuses them. May be asynchronous,
 * like `selectPsk`; if it throws or rejects, the handshake fails with `ERR_TLS_CERTIFICATE`, with that error as
 * the `cause`. `serverName` is the name that the client sent.
 */
export type VerifyCertificate = (
  chain: readonly Uint8Array<ArrayBuffer>[],
  context: { serverName: string | undefined; signal: AbortSignal },
) => Verdict | Promise<Verdict>;

/** The answer of {@link VerifyCertificate}. */
export type Verdict = boolean | "unverified";

/**
 * How a server verifies client certificates, which it requests unless it selects a PSK. Needs either `ca` or `verify`.
 */
export interface ClientCertificateOptions {
  /** Whether clients without a certificate are refused. Default: `true`. */
  required?: boolean;
  /** The trusted authorities, in PEM. The certificate must be one for clients; check its name yourself. */
  ca?: string | Bytes;
  /** Verifies the certificates instead of `ca`. */
  verify?: VerifyCertificate;
}

/** The options about certificates of each role. */
export const CERTIFICATE_OPTIONS = {
  client: ["ca", "verifyCertificate", "certificate", "certificateWithPsk"],
  server: ["certificates", "requestCertificate", "certificateWithPsk"],
} as const;

/** The name of an option about certificates. */
export type CertificateOption = (typeof CERTIFICATE_OPTIONS)[keyof typeof CERTIFICATE_OPTIONS][number];
