// Mbed TLS and wolfSSL as programs, for the tests against other implementations: compiled from the C sources in crates,
// and kept in the cache.

import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fingerprint } from "./incremental.mjs";
import { cache, inCache, inRoot } from "./paths.mjs";
import { Failure, run, step } from "./run.mjs";

const SOURCES = "tests/interop/c-peers";

/** The build options of wolfSSL beyond its defaults: PSKs, x25519, and features that the tests check. */
const WOLFSSL = ["PSK", "CURVE25519", "SESSION_TICKET", "KEYING_MATERIAL"].map((name) => `-DWOLFSSL_${name}=yes`);

const CFLAGS = ["-O1", "-w"];

/** The directory with `mbedtls-peer` and `wolfssl-peer`. */
export async function cPeers() {
  const dir = inCache(`c-peers-${fingerprint([SOURCES, "tools/lib/c-peers.mjs"]).slice(0, 16)}`);
  if (existsSync(dir)) return dir;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${dir}.${process.pid}`;
  await step("compiling Mbed TLS and wolfSSL for the tests, about a minute", async () => {
    try {
      const crates = await fetchCrates();
      mkdirSync(unfinished);
      await mbedTls(join(crates["mbedtls-rs-sys"], "mbedtls"), unfinished);
      await wolfSsl(join(crates["wolfssl-sys"], "wolfssl-src"), unfinished);
      for (const name of readdirSync(unfinished)) {
        if (!name.endsWith("-peer")) rmSync(join(unfinished, name), { recursive: true });
      }
      // a rename is atomic: a directory in the cache is always complete
      if (!existsSync(dir)) renameSync(unfinished, dir);
    } catch (error) {
      throw new Failure("Mbed TLS and wolfSSL could not be compiled.", error.output || error.message);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  });
  return dir;
}

/** Where cargo has the sources of the crates, by their names. */
async function fetchCrates() {
  const manifest = ["--locked", "--manifest-path", inRoot(SOURCES, "Cargo.toml")];
  await run("cargo", ["fetch", ...manifest]);
  const metadata = await run("cargo", ["metadata", "--format-version", "1", "--offline", ...manifest]);
  const { packages } = JSON.parse(metadata);
  return Object.fromEntries(packages.map(({ name, manifest_path }) => [name, dirname(manifest_path)]));
}

async function mbedTls(source, out) {
  const objects = join(out, "mbedtls");
  mkdirSync(objects);
  const files = readdirSync(join(source, "library")).filter((name) => name.endsWith(".c"));
  const share = Math.ceil(files.length / availableParallelism());
  const shares = Array.from({ length: Math.ceil(files.length / share) }, (_, at) =>
    files.slice(at * share, (at + 1) * share),
  );
  await Promise.all(
    shares.map((names) =>
      run("cc", [...CFLAGS, `-I${source}/include`, "-c", ...names.map((name) => join(source, "library", name))], {
        cwd: objects,
      }),
    ),
  );
  const linked = readdirSync(objects).map((name) => join(objects, name));
  await link("mbedtls", out, [`-I${source}/include`], linked);
}

async function wolfSsl(source, out) {
  const built = join(out, "wolfssl");
  // cmake writes into the sources, so they are copied: cargo's own files must not change
  const copy = join(out, "wolfssl-source");
  cpSync(source, copy, { recursive: true });
  const settings = ["-DBUILD_SHARED_LIBS=OFF", "-DWOLFSSL_EXAMPLES=no", "-DWOLFSSL_CRYPT_TESTS=no", ...WOLFSSL];
  await run("cmake", ["-S", copy, "-B", built, `-DCMAKE_C_FLAGS=${CFLAGS.join(" ")}`, ...settings]);
  await run("cmake", ["--build", built, "--parallel", String(availableParallelism())]);
  await link("wolfssl", out, [`-I${built}`, `-I${copy}`], [join(built, "libwolfssl.a"), "-lm", "-lpthread"]);
}

const link = (name, out, includes, libraries) =>
  run("cc", ["-O1", ...includes, inRoot(SOURCES, `${name}.c`), ...libraries, "-o", join(out, `${name}-peer`)]);
