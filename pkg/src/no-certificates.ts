// What is in the place of `certificates.js` in the build without certificates, a tenth of whose JavaScript the real one
// would be. The build puts it there.

import { CERTIFICATE_OPTIONS } from "./certificate-options.js";
import type * as certificates from "./certificates.js";
import { configError } from "./errors.js";

type Certificates = Pick<typeof certificates, "applyCertificates" | "ecdsaToDer" | "signerOf">;

/** Refuses every option about certificates: overlooking one could mean to trust everyone. Throws `ERR_TLS_CONFIG`. */
export const applyCertificates: Certificates["applyCertificates"] = (_config, _role, options) => {
  for (const name of Object.values(CERTIFICATE_OPTIONS).flat()) if (options[name] !== undefined) throw missing(name);
};

/** Nobody: there are no credentials to sign for. */
export const signerOf: Certificates["signerOf"] = () => undefined;

/** Throws `ERR_TLS_CONFIG`. */
export const ecdsaToDer: Certificates["ecdsaToDer"] = () => {
  throw missing("ecdsaToDer");
};

const missing = (name: string): Error => configError(`${name}: this build has no certificates: import tls-psk/full`);
