// Python, for the peers that are written in it: a WebTransport server, and tlslite-ng. Their packages are cached with
// the tools.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { fingerprint } from "./incremental.mjs";
import { cache, inCache, inRoot } from "./paths.mjs";
import { Failure, run, step } from "./run.mjs";

/** The Python that has aioquic, in the versions that the example requires. */
export const [aioquicPython, setUpAioquic] = environment(
  "aioquic",
  "examples/pages/webtransport/requirements.txt",
  "for a server of WebTransport",
);

/** The Python that has tlslite-ng, a peer of the interop tests. */
export const [tlslitePython, setUpTlslite] = environment(
  "tlslite-ng",
  "tests/interop/tlslite-peer/requirements.txt",
  "for tlslite-ng",
);

/** The path of a Python with the packages of a requirements file, and a function that installs it if necessary. */
function environment(name, requirements, purpose) {
  const directory = () => inCache(`${name}-${fingerprint([requirements]).slice(0, 16)}`);
  const program = () => join(directory(), "bin", "python");
  const setUp = async () => {
    const stamp = join(directory(), "complete");
    if (existsSync(stamp)) return;
    const python = "python3";
    const has = await run(python, ["-c", "import ensurepip, venv"], { allowFailure: true }).catch(() => ({ code: 1 }));
    if (has.code !== 0) await aptInstall(["python3", "python3-venv"], purpose);
    mkdirSync(cache, { recursive: true });
    await step(`installing ${name}`, async () => {
      const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
      await run(python, ["-m", "venv", "--clear", directory()])
        .then(() => run(program(), [...install, "-r", inRoot(requirements)]))
        .catch((error) => {
          throw new Failure(`pip could not install ${requirements}.`, error.output);
        });
      writeFileSync(stamp, "");
    });
  };
  return [program, setUp];
}
