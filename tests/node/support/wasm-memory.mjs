/** The memory among the exports of a module, whose names the build shortens. */
export function memoryOf(exports) {
  return Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
}
