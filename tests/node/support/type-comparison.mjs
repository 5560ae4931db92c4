// Types that are written by hand against those that wasm-bindgen generates, by the compiler: no name in one alone, no
// parameter more or less, no other type.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot, npmBin } from "../../../tools/lib/paths.mjs";

/** What a program that compares begins with, below its imports. */
export const COMPARING = `
type IsAny<T> = 0 extends 1 & T ? true : false;
/** Whether a value of ours can be one of theirs, and is absent where theirs can be. */
type Narrows<Ours, Theirs> = IsAny<Theirs> extends true
  ? true
  : [Ours] extends [Theirs]
    ? undefined extends Theirs ? (undefined extends Ours ? true : "undefined is missing") : true
    : ["not", Ours, "but", Theirs];
/** Whether what we let in can be given to them, in as many places. */
type Gives<Ours extends unknown[], Theirs extends unknown[]> = Ours["length"] extends Theirs["length"]
  ? Theirs["length"] extends Ours["length"]
    ? Ours extends { [At in keyof Theirs]: Theirs[At] } ? true : ["not given", Ours, "but", Theirs]
    : ["another number of parameters", Theirs]
  : ["another number of parameters", Theirs];
type Fits<Ours, Theirs> = IsAny<Theirs> extends true
  ? true
  : [Theirs] extends [(...args: infer In) => infer Out]
    ? [Ours] extends [(...args: infer OurIn) => infer OurOut]
      ? Gives<OurIn, In> extends true ? Narrows<OurOut, Out> : Gives<OurIn, In>
      : "no function"
    : Narrows<Ours, Theirs>;
type Wrong<Ours, Theirs> = {
  [Name in keyof Ours & keyof Theirs as Fits<Ours[Name], Theirs[Name]> extends true ? never : Name]: Fits<Ours[Name], Theirs[Name]>;
};
type Statics<T> = Omit<T, "prototype">;
declare function none<_T extends never>(): void;
declare function nothing<_T extends Record<string, never>>(): void;
`;

/** Names that one has alone, and members that do not fit. In `partly` ours may have more. */
export const compare = (ours, theirs, { partly = false, except = "never" } = {}) =>
  [
    `none<Exclude<keyof ${theirs}, keyof ${ours}>>();`,
    partly ? "" : `none<Exclude<keyof ${ours}, keyof ${theirs} | ${except}>>();`,
    `nothing<Wrong<${ours}, ${theirs}>>();`,
  ].join("\n");

/** The parameters of a class that is constructed. */
export function compareConstructors(ours, theirs) {
  const called = (maker) => `{ new: (...args: ConstructorParameters<${maker}>) => 0 }`;
  return `nothing<Wrong<${called(ours)}, ${called(theirs)}>>();`;
}

/** What the compiler has to say of each program, which finds the generated types as `./generated.js`. */
export async function complaints(...compared) {
  mkdirSync(inRoot("target"), { recursive: true });
  const directory = mkdtempSync(inRoot("target", "types-"));
  try {
    const programs = compared.map(({ generated, program }, place) => {
      const path = join(directory, `${place}`);
      mkdirSync(path);
      writeFileSync(join(path, "generated.d.ts"), generated);
      writeFileSync(join(path, "compare.ts"), program);
      return join(path, "compare.ts");
    });
    const options = ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
    const args = [...options, "--target", "es2022", "--lib", "es2023,esnext.disposable,dom", ...programs];
    const said = await new Promise((resolve) =>
      execFile(npmBin("tsc"), args, { cwd: directory }, (_error, stdout, stderr) => resolve(stdout + stderr)),
    );
    // what goes on about an error is further in than what begins one
    const errors = said.split(/\n(?!\s|$)/);
    return programs.map((_, place) => errors.filter((error) => error.startsWith(`${place}/`)).join("\n"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
