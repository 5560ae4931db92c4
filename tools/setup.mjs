// npm run setup: everything that building, testing and checking need. The other tools ask for their part of it.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { aptInstall } from "./lib/apt.mjs";
import { setUpBrowser } from "./lib/browser.mjs";
import { cPeers } from "./lib/c-peers.mjs";
import { embeddedTlsPeer, s2nPeer, wasmBindgen, wasmPack } from "./lib/cargo-tools.mjs";
import { cache, inRoot } from "./lib/paths.mjs";
import { setUpAioquic, setUpTlslite } from "./lib/python.mjs";
import { Failure, isEntry, main, run, step, which } from "./lib/run.mjs";
import { checkRust, setUpRustLint, wasmToolchain } from "./lib/toolchain.mjs";

const OLDEST_NODE = 20;

/** What `npm run build` needs: resolves to the environment for wasm builds and the directory of wasm-bindgen. */
export async function setUpBuild() {
  await setUpNative();
  await setUpNpm();
  return { wasmEnv: await wasmToolchain(), bindgen: await wasmBindgen() };
}

/** A compiler and a linker for this machine. */
export async function setUpNative() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Failure(`Node ${OLDEST_NODE} or newer is needed, and this is ${process.version}.`);
  }
  checkRust();
  if (!which("cc")) await aptInstall(["gcc", "libc6-dev"], "for cargo to link with");
}

/** What `npm pack`, which builds before it packs, was told itself is not for the npm that the build calls. */
const NO_OUTER_NPM = Object.fromEntries(
  ["dry_run", "json", "local_prefix", "workspace", "workspaces"].map((name) => [`npm_config_${name}`, undefined]),
);

/** A directory's node_modules, as its package-lock.json has them. Some directories besides the root have their own. */
export async function setUpNpm(directory = ".") {
  const lock = createHash("sha256")
    .update(readFileSync(inRoot(directory, "package-lock.json")))
    .digest("hex");
  const stamp = inRoot(directory, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  await step(`installing npm packages${directory === "." ? "" : ` of ${directory}`}`, async () => {
    const cwd = inRoot(directory);
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd, env: NO_OUTER_NPM }).catch(
      (error) => {
        throw new Failure(`npm ci could not install the packages of ${directory}/package-lock.json.`, error.output);
      },
    );
    writeFileSync(stamp, lock);
  });
}

/** The browsers beside Chromium, and Debian's packages that have them; WebKit's needs a screen. */
const BROWSERS = { "firefox-esr": "firefox-esr", WebKitWebDriver: "webkit2gtk-driver", Xvfb: "xvfb" };

/**
 * The runtimes and bundlers of tests/runtimes, which have a package-lock.json of their own for their gigabyte, and the
 * browsers, of which the quick part needs one.
 */
export async function setUpRuntimes({ quick = false } = {}) {
  await setUpNpm();
  await setUpNpm("tests/runtimes");
  await setUpBrowser();
  if (!quick) await setUpPrograms(BROWSERS, "to test in Firefox and WebKit");
}

/** The programs that the tests of the demo page run. */
const PAGE_PEERS = {
  openssl: "openssl",
  editcap: "wireshark-common",
  mergecap: "wireshark-common",
  text2pcap: "wireshark-common",
  tshark: "tshark",
  tcpdump: "tcpdump",
  xxd: "xxd",
};

/** The programs that the interop tests run, and Debian's packages that have them. */
const PEERS = {
  ...PAGE_PEERS,
  cmake: "cmake",
  "gnutls-cli": "gnutls-bin",
  "gnutls-serv": "gnutls-bin",
  // the servers of libraries, and what puts TLS before them
  "mariadb-install-db": "mariadb-server",
  pg_createcluster: "postgresql",
  rabbitmqctl: "rabbitmq-server",
  "redis-server": "redis-server",
  stunnel4: "stunnel4",
};

/** What the tests of the demo page need: browsers, OpenSSL, which it talks to, and Wireshark, which reads what it saves. */
export async function setUpPage() {
  await setUpBrowser();
  await setUpPrograms({ ...BROWSERS, ...PAGE_PEERS }, "to test the demo page");
}

/** What the tests of its modules need: OpenSSL, whose output they read. */
export async function setUpPageModules() {
  await setUpPrograms({ openssl: "openssl" }, "to test the modules of the demo page");
}

/** The foreign peers of the interop tests, and tshark, which reads what goes between two of ours. */
export async function setUpPeers() {
  await setUpPrograms(PEERS, "to test against other implementations");
  await setUpNative();
  await setUpNpm("tests/interop");
  await s2nPeer();
  await embeddedTlsPeer();
  await cPeers();
  await setUpTlslite();
}

/** The programs that the examples reach, and Debian's packages that have them. */
const SERVICES = { mosquitto: "mosquitto", openssl: "openssl", stunnel4: "stunnel4" };

/** What the examples with packages of their own need, and who they talk to. */
export async function setUpExamples() {
  await setUpPrograms(SERVICES, "to test the examples");
  await setUpNative();
  await setUpAioquic();
  await setUpBrowser();
  for (const directory of ["tests/interop", "examples/gateway", "examples/mqtt", "examples/pages"]) {
    await setUpNpm(directory);
  }
}

async function setUpPrograms(programs, reason) {
  const missing = Object.entries(programs).filter(([program]) => !which(program));
  const packages = new Set(missing.map(([, name]) => name));
  if (packages.size > 0) await aptInstall([...packages], reason);
}

if (isEntry(import.meta)) {
  await main(async () => {
    console.log(`Setting up; tools are kept in ${cache}`);
    await setUpBuild();
    await wasmPack();
    await setUpRustLint();
    await setUpBrowser();
    await setUpPeers();
    await setUpExamples();
    await setUpRuntimes();
    console.log("Everything is there.");
  });
}
