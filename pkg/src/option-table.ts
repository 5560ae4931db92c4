import { toBytes, viewOf } from "./bytes.js";
import type { CertificateOption } from "./certificate-options.js";
import type { Config } from "./core.js";
import { configError, whole } from "./errors.js";
import { withSealingKeys } from "./keys.js";
import type { ClientOptions, ServerOptions } from "./options.js";
import { type CheckedPsk, withExternalPsk } from "./psk.js";
import { applyTickets } from "./resumption.js";

type Options = ClientOptions & ServerOptions;

/**
 * The options to configure the core with: the PSKs are checked, and certificates, which are handled separately, left
 * out.
 */
export type Values = Required<Omit<Options, CertificateOption | "psks">> & { psks: readonly CheckedPsk[] };

/** Sets an option of the core. */
type Tell<T> = (config: Config, value: T, options: Options, now: number) => void;

/** For options that concern one connection, not a configuration. */
const OF_CONNECTION = undefined;

/** For options that are set elsewhere, or that the core does not need. */
const elsewhere = (): void => {};

/** Every option, in the order in which it is set. The type ensures that none is missing. */
export const OPTIONS: { readonly [Name in keyof Values]: Tell<Values[Name]> | typeof OF_CONNECTION } = {
  pskKinds: (config, kinds) => config.setPskKinds(kinds),
  psks(config, psks) {
    for (const psk of psks) withExternalPsk(psk, (external) => config.appendPsk(external));
  },
  modes: (config, modes) => config.setModes([...modes]),
  cipherSuites: (config, suites) => config.setCipherSuites([...suites]),
  groups: (config, groups) => config.setGroups([...groups]),
  alpn: (config, protocols) => config.setAlpn(protocols.map(String)),
  recordSizeLimit: (config, bytes) => config.setRecordSizeLimit(whole(bytes)),
  grease: (config, on) => config.setGrease(on),
  serverName: (config, name) => config.setServerName(name),
  platformCrypto: (config, on) => config.setPlatformCrypto(on),
  paddingMultiple: (config, bytes) => config.setPaddingMultiple(whole(bytes)),
  cookieKeys: (config, keys) => withSealingKeys(keys, (joined) => config.setCookieKeys(joined)),
  maxOfferedPsks: (config, count) => config.setMaxOfferedPsks(whole(count)),
  selectPsk: (config) => config.setSelection("application"),
  sessionIdContext: (config, context) => config.setSessionIdContext(toBytes(context)),
  tickets: (config, tickets, { acceptEarlyData }, now) => applyTickets(config, tickets, acceptEarlyData, now),
  earlyData: (config, data) => config.setEarlyData(!!viewOf(data)),
  acceptEarlyData: (config) => config.setEarlyData(true),
  allowBothRoles: (config, on) => config.setAllowBothRoles(on),
  onKeylog: (config) => config.setKeyLog(true),
  onTrace: (config) => config.setTrace(true),
  sessions: elsewhere,
  reuseSessions: elsewhere,
  onSession: elsewhere,
  now: elsewhere,
  signal: OF_CONNECTION,
  handshakeTimeout: OF_CONNECTION,
  answerTimeout: OF_CONNECTION,
};

/** Options of which the configuration knows only whether they are set. */
const CALLBACKS: readonly string[] = ["selectPsk", "onKeylog", "onTrace"] satisfies (keyof Values)[];

/** Whether another value of an option leaves the configuration unchanged. */
export function isOutside(name: string, before: unknown, after: unknown): boolean {
  if (name in OPTIONS && OPTIONS[name as keyof Values] === OF_CONNECTION) return true;
  return CALLBACKS.includes(name) && !before === !after;
}

/** Sets all options of the core, except those about certificates. */
export function tellAll(config: Config, values: Partial<Values>, options: Options, now: number): void {
  for (const [name, tell] of Object.entries(OPTIONS) as [keyof Values, Tell<unknown> | undefined][]) {
    const value = values[name];
    // Ignored, it would take away what the option protects.
    if (value === null && tell) throw configError(`${name} is null: leave it out`);
    if (value !== undefined) tell?.(config, value, options, now);
  }
}
