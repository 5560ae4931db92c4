import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { checkServerIdentity, PeerCertificate } from "node:tls";
import type { VerifyCertificate } from "../certificate-options.js";
import { Config } from "../core.js";
import { TlsError } from "../errors.js";
import { named } from "../names.js";

/** Checks the identity in a certificate, as in `node:tls`. */
export type CheckServerIdentity = typeof checkServerIdentity;

/** How a peer's certificate is verified. */
export interface VerificationOptions {
  role: "client" | "server";
  /** The trusted authorities, in PEM. */
  ca: string | undefined;
  /** Verifies the chain instead of `ca`. */
  verifyCertificate: VerifyCertificate | undefined;
  /** Checks the server's name instead of a comparison of names. */
  checkServerIdentity: CheckServerIdentity | undefined;
  /** The name of the server that a client wants to reach. */
  hostname: string;
  /** Whether the connection ends if the certificate is not accepted. */
  rejectUnauthorized: boolean;
  now: () => number;
}

/** The codes of `node:tls` for the reasons not to accept a certificate. */
const NODE_CODES: Readonly<Record<string, string>> = {
  certificate_expired: "CERT_HAS_EXPIRED",
  unknown_ca: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  unsupported_certificate: "INVALID_PURPOSE",
  bad_certificate: "CERT_REJECTED",
};

/** The code of `node:tls` for a client without a certificate. */
export const NO_CERTIFICATE = "UNABLE_TO_GET_ISSUER_CERT";

/** The code of `node:tls` for a certificate that was not accepted, if the reason was not stored. */
export const NOT_ACCEPTED = "CERT_REJECTED";

/** Verifies the certificate of one peer as `node:tls` does, and remembers the result. */
export class Verification {
  /** Why the certificate is not accepted. */
  refusal: Error | undefined;
  /** The same, as in `authorizationError` of `node:tls`. */
  authorizationError: string | null = null;
  readonly #options: VerificationOptions;

  constructor(options: VerificationOptions) {
    this.#options = options;
    // A verdict of only path validation follows from the authorities, so a ticket may contain it.
    const { role, ca = "", verifyCertificate } = options;
    if (role === "server" && !verifyCertificate) named(this.verify, createHash("sha256").update(ca).digest());
  }

  /** The verifier for the core. */
  readonly verify: VerifyCertificate = async (chain, context) => {
    const { verifyCertificate, role, checkServerIdentity } = this.#options;
    if (verifyCertificate) {
      const verdict = await verifyCertificate(chain, context);
      if (verdict !== true) this.#refuse(refused("verifyCertificate did not accept the certificate"), "CERT_REJECTED");
      if (verdict === "unverified") return verdict;
    } else this.#judgePath(chain);
    if (this.refusal === undefined && role === "client") {
      if (checkServerIdentity) this.#askForIdentity(chain, checkServerIdentity);
      else if (!verifyCertificate) this.#compareNames(chain);
    }
    if (this.refusal === undefined) return true;
    return this.#options.rejectUnauthorized ? false : "unverified";
  };

  #refuse(error: Error, code: string): void {
    this.refusal = error;
    this.authorizationError = code;
  }

  #judgePath(chain: readonly Uint8Array[]): void {
    const { role, ca, now } = this.#options;
    const config = new Config(role);
    try {
      if (ca !== undefined) config.setTrustAnchors(new TextEncoder().encode(ca));
      config.judgePath([...chain], now());
    } catch (error) {
      const { code, alert = "" } = error as TlsError;
      if (code !== "ERR_TLS_CERTIFICATE") throw error;
      const early = alert === "certificate_expired" && chain.some((der) => isEarly(der, now()));
      this.#refuse(error as Error, early ? "CERT_NOT_YET_VALID" : (NODE_CODES[alert] ?? "CERT_REJECTED"));
    } finally {
      config.free();
    }
  }

  #askForIdentity(chain: readonly Uint8Array[], check: CheckServerIdentity): void {
    const answer: unknown = check(this.#options.hostname, describeChain(chain, this.#options.ca) as PeerCertificate);
    if (!answer) return;
    if (answer instanceof Error) this.#refuse(answer, (answer as { code?: string }).code || answer.message);
    else {
      const message =
        "checkServerIdentity returned neither an Error nor undefined; verifyCertificate can be asynchronous";
      this.#refuse(refused(message), "CERT_REJECTED");
    }
  }

  #compareNames([own]: readonly Uint8Array[]): void {
    const { hostname } = this.#options;
    const certificate = new X509Certificate(own ?? new Uint8Array(0));
    const name = isIP(hostname) ? certificate.checkIP(hostname) : certificate.checkHost(hostname, { subject: "never" });
    if (name !== undefined) return;
    const names = certificate.subjectAltName ?? "no name";
    this.#refuse(refused(`the certificate is for ${names}, not for ${hostname}`), "ERR_TLS_CERT_ALTNAME_INVALID");
  }
}

const isEarly = (der: Uint8Array, now: number): boolean => Date.parse(new X509Certificate(der).validFrom) > now;

function refused(message: string): TlsError {
  return new TlsError("ERR_TLS_CERTIFICATE", message, { phase: "handshake" });
}

/**
 * A chain in the detailed format of `node:tls`: each certificate has its issuer in `issuerCertificate`, and a root has
 * itself there. A certificate of `ca` that issued the last one is part of the chain.
 */
export function describeChain(chain: readonly Uint8Array[], ca: string | undefined): object {
  const certificates = chain.map((der) => new X509Certificate(der));
  const last = certificates.at(-1);
  const root = last && authorities(ca).find((authority) => last.checkIssued(authority));
  if (root && root.fingerprint256 !== last.fingerprint256) certificates.push(root);
  const described = certificates.map((certificate) => certificate.toLegacyObject() as { issuerCertificate?: object });
  for (const [place, one] of described.entries()) {
    const issuer = described[place + 1];
    if (issuer) one.issuerCertificate = issuer;
    else if (certificates[place]?.checkIssued(certificates[place])) one.issuerCertificate = one;
  }
  return described[0] ?? {};
}

function authorities(ca = ""): X509Certificate[] {
  return [...ca.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
    ([certificate]) => new X509Certificate(certificate),
  );
}
