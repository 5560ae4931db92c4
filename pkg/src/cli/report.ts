import { type Negotiated, TlsError } from "../node.js";

let quiet = false;

/** Prints only errors from now on. */
export function beQuiet(): void {
  quiet = true;
}

/** Prints a line on standard error, where it does not mix with the data. */
export function say(line: string): void {
  if (!quiet) complain(line);
}

/** As {@link say}, for errors. */
export function complain(line: string): void {
  process.stderr.write(`${escaped(line)}\n`);
}

/** A text that is safe to print on a terminal, as a peer may have chosen it: other characters become `\u{...}`. */
export function escaped(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Control characters, direction changes, lone surrogates, and other line ends. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** What was negotiated, on one line. */
export function describe(negotiated: Negotiated): string {
  const { cipherSuite, pskMode, group, pskIdentity, serverCertificate, alpn, serverName, helloRetryRequest } =
    negotiated;
  const parts: (string | undefined)[] = [cipherSuite, pskMode, group];
  if (pskIdentity !== undefined) parts.push(`psk=${printable(pskIdentity)}`);
  if (serverCertificate) parts.push("server_certificate");
  if (serverName !== undefined) parts.push(`server_name=${JSON.stringify(serverName)}`);
  if (alpn !== undefined) parts.push(`alpn=${JSON.stringify(alpn)}`);
  if (helloRetryRequest) parts.push("after hello_retry_request");
  return parts.filter((part) => part !== undefined).join(" ");
}

/** Prints the result of a connection as a JSON object: what was negotiated, and the error that ended it. */
export function sayJson(peer: string, negotiated: Negotiated | undefined, error?: unknown): void {
  const { pskIdentity, externalIdentity, peerCertificates, ...rest } = negotiated ?? {};
  const { code, alert, alertDirection } = (error ?? {}) as Partial<TlsError>;
  const json = JSON.stringify({
    peer,
    ...rest,
    ...(pskIdentity && { pskIdentity: printable(pskIdentity) }),
    ...(externalIdentity && { externalIdentity: printable(externalIdentity) }),
    ...(peerCertificates && { peerCertificates: peerCertificates.map((der) => Buffer.from(der).toString("base64")) }),
    ...(error !== undefined && { error: { message: explain(error), code, alert, alertDirection } }),
  });
  // Escaped as in JSON, so that a reader gets exactly the same text.
  const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  process.stderr.write(`${json.replaceAll(UNPRINTABLE, (character) => character.split("").map(unit).join(""))}\n`);
}

/** The error on one line, with the alert and its sender, if there was one. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.replaceAll(/\s*\n\s*/g, " ");
  if (!(error instanceof TlsError)) return message;
  const { code, alert, alertDirection } = error;
  if (alert === undefined || alertDirection === "received") return `${message} (${code})`;
  return `we sent the alert ${alert}: ${message} (${code})`;
}

/** Bytes as a quoted string if they are printable UTF-8, so that they are safe to print on a terminal. */
export function printable(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.search(UNPRINTABLE) < 0) return JSON.stringify(text);
  } catch {
    // Not UTF-8.
  }
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
