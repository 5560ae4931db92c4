// Debian packages, for what neither cargo nor npm can install.

import { ask, Failure, run, step, which } from "./run.mjs";

let updated = false;

/** Installs Debian packages; `purpose` completes the sentence "X is needed to ...". */
export async function aptInstall(packages, purpose) {
  const names = packages.join(" ");
  if (!which("apt-get")) {
    throw new Failure(`${names} (Debian's names) must be installed ${purpose}, but there is no apt-get here.`);
  }
  const isRoot = process.getuid() === 0;
  if (!isRoot && ask("sudo", ["-n", "true"]) === null) {
    throw new Failure(
      `${names} must be installed ${purpose}: run "apt-get install ${names}" as root, then this again.`,
    );
  }
  const apt = (...args) => {
    const options = ["-q", "-o", "DPkg::Lock::Timeout=600"];
    const command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...options, ...args];
    return isRoot ? run(command[0], command.slice(1)) : run("sudo", ["-n", ...command]);
  };
  await step(`installing Debian's ${names}`, async () => {
    // a stale list may still name the packages, so the install decides, not the update
    if (!updated) await apt("update").catch(() => {});
    updated = true;
    // --no-remove: packages of a newer compiler conflict with Debian's rustup, which must not be removed
    await apt("install", "-y", "--no-install-recommends", "--no-remove", ...packages).catch((error) => {
      throw new Failure(`apt-get could not install ${names}, which must be installed ${purpose}.`, error.output);
    });
  });
}
