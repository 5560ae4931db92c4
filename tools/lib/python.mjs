// Python, for the one peer that only Python has: a server of WebTransport. Its packages are kept among the tools.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { fingerprint } from "./incremental.mjs";
import { cache, inCache, inRoot } from "./paths.mjs";
import { Failure, run, step } from "./run.mjs";

const REQUIREMENTS = "examples/pages/webtransport/requirements.txt";

/** The Python that has aioquic, in the versions that the example wants. */
export const aioquicPython = () => join(directory(), "bin", "python");

const directory = () => inCache(`aioquic-${fingerprint([REQUIREMENTS]).slice(0, 16)}`);

/** Installs it unless it is there. */
export async function setUpAioquic() {
  const stamp = join(directory(), "complete");
  if (existsSync(stamp)) return;
  const python = "python3";
  const has = await run(python, ["-c", "import ensurepip, venv"], { allowFailure: true }).catch(() => ({ code: 1 }));
  if (has.code !== 0) await aptInstall(["python3", "python3-venv"], "for a server of WebTransport");
  mkdirSync(cache, { recursive: true });
  await step(`installing aioquic`, async () => {
    const install = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "-r",
      inRoot(REQUIREMENTS),
    ];
    await run(python, ["-m", "venv", "--clear", directory()])
      .then(() => run(aioquicPython(), install))
      .catch((error) => {
        throw new Failure(`pip could not install ${REQUIREMENTS}.`, error.output);
      });
    writeFileSync(stamp, "");
  });
}
