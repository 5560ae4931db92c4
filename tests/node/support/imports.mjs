// What imports what among TypeScript sources, by the compiler's own parser: imports of types count as any other.

import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { API } from "typescript/unstable/sync";

/** The files that each file of a project names, by their paths below `root`; what is outside of it is left out. */
export function importsOf(project, root) {
  const api = new API({ cwd: dirname(project) });
  try {
    const { program } = api.updateSnapshot({ openProjects: [project] }).getProjects()[0];
    const own = program
      .getSourceFileNames()
      .filter((name) => name.startsWith(`${root}/`))
      .sort();
    const found = own.map((name) => {
      const named = program.getSourceFile(name).imports.map(({ text }) => sourceOf(name, text));
      return [relative(root, name), named.filter((to) => own.includes(to)).map((to) => relative(root, to))];
    });
    return new Map(found);
  } finally {
    api.close();
  }
}

/** The source behind what a file imports. */
function sourceOf(from, specifier) {
  if (!specifier.startsWith(".")) return undefined;
  const path = join(dirname(from), specifier);
  const sources = [path.replace(/\.js$/, ".ts"), path.replace(/\.js$/, ".d.ts"), `${path}.d.ts`];
  return sources.find(existsSync);
}

/** The same between folders. */
export function foldersOf(imports) {
  const folders = new Map();
  for (const [from, named] of imports) {
    const others = named.map(dirname).filter((to) => to !== dirname(from));
    folders.set(dirname(from), [...(folders.get(dirname(from)) ?? []), ...others]);
  }
  return folders;
}

/** The first circle that there is, as a path that ends where it began; `undefined` if there is none. */
export function circleIn(graph) {
  const done = new Set();
  const visit = (node, path) => {
    const before = path.indexOf(node);
    if (before >= 0) return [...path.slice(before), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return undefined;
}
