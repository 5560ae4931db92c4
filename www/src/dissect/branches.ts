// The fields of a message as the tree that their depths describe.

import type { Field } from "tls-psk";
import { named } from "./iana.js";

export interface Branch {
  field: Field;
  parent: Branch | undefined;
  children: Branch[];
}

export function grow(fields: readonly Field[]): Branch[] {
  const roots: Branch[] = [];
  const path: Branch[] = [];
  for (const field of fields) {
    while (path.length > 0 && (path.at(-1)?.field.depth ?? 0) >= field.depth) path.pop();
    const parent = path.at(-1);
    const branch = { field, parent, children: [] };
    (parent?.children ?? roots).push(branch);
    path.push(branch);
  }
  return roots;
}

/** All of them, each before its children. */
export function flatten(branches: readonly Branch[]): Branch[] {
  return branches.flatMap((branch) => [branch, ...flatten(branch.children)]);
}

/** The name of the field; an extension's with its type, and one of several with its place among them. */
export function labelOf({ field, parent, children }: Branch): string {
  const type = children.find((child) => child.field.name === "extension_type")?.field.value;
  if (type !== undefined) return `${field.name} ${named("extension_type", type)}`;
  const alike = parent?.children.filter((child) => child.field.name === field.name) ?? [];
  return alike.length > 1 ? `${field.name}[${alike.findIndex((child) => child.field === field)}]` : field.name;
}
