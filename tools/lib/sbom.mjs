// The bill of materials of the package, in CycloneDX: the crates that are compiled into its WebAssembly, as Cargo.lock
// has them. The package depends on no other package of npm.

import { readFileSync, writeFileSync } from "node:fs";
import { compiledPackages } from "./licenses.mjs";
import { inRoot } from "./paths.mjs";

/** Writes the file for the package with all crates of a module with these features. */
export async function writeSbom(path, features) {
  const { name, version, license, description } = JSON.parse(readFileSync(inRoot("pkg/package.json"), "utf8"));
  const hashes = checksums(readFileSync(inRoot("Cargo.lock"), "utf8"));
  const crates = await compiledPackages(features);
  const components = crates.map((crate) => {
    const purl = `pkg:cargo/${crate.name}@${crate.version}`;
    const hash = hashes.get(`${crate.name} ${crate.version}`);
    return {
      type: "library",
      "bom-ref": purl,
      name: crate.name,
      version: crate.version,
      ...(hash && { hashes: [{ alg: "SHA-256", content: hash }] }),
      licenses: [{ expression: (crate.license ?? "").replaceAll("/", " OR ") }],
      purl,
      ...(crate.repository && { externalReferences: [{ type: "vcs", url: crate.repository }] }),
    };
  });
  const purl = `pkg:npm/${name}@${version}`;
  const component = { type: "library", "bom-ref": purl, name, version, description, purl };
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { ...component, licenses: [{ expression: license }] } },
    components: components.toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies: [{ ref: purl, dependsOn: components.map((one) => one.purl).toSorted() }],
  };
  writeFileSync(inRoot(path), `${JSON.stringify(bom, null, 2)}\n`);
}

/** The SHA-256 of each crate's file, by name and version. */
function checksums(lock) {
  const entries = lock.matchAll(/^name = "(.+)"\nversion = "(.+)"\n(?:source = .*\n)?checksum = "(\w+)"$/gm);
  return new Map(Array.from(entries, ([, name, version, checksum]) => [`${name} ${version}`, checksum]));
}
