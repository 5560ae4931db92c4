// Replaces `certificates.js` in the build without certificates, where the real one would be a tenth of the JavaScript.

import { CERTIFICATE_OPTIONS } from "./certificate-options.js";
import type * as certificates from "./certificates.js";
import { configError } from "./errors.js";

type Certificates = Pick<typeof certificates, "applyCertificates" | "ecdsaToDer" | "signerOf">;

/** Refuses every option about certificates: ignoring one could mean trusting everyone. Throws `ERR_TLS_CONFIG`. */
export const applyCertificates: Certificates["applyCertificates"] = (_config, _role, options) => {
  for (const name of Object.values(CERTIFICATE_OPTIONS).flat()) if (options[name] !== undefined) throw missing(name);
};

/** None, as there are no credentials to sign for. */
export const signerOf: Certificates["signerOf"] = () => undefined;

/** Throws `ERR_TLS_CONFIG`. */
export const ecdsaToDer: Certificates["ecdsaToDer"] = () => {
  throw missing("ecdsaToDer");
};

const missing = (name: string): Error => configError(`${name}: this build has no certificates: import tls-psk/full`);
