// Files that the page saves, and programs that read them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../node/support/process.mjs";

/** What a click saves: its name and its bytes, as the page hands them to the browser. */
export async function savedBy(demo, selector) {
  const { name, base64 } = await demo.page.evaluate(async (selector) => {
    const { createObjectURL } = URL;
    const { click } = HTMLAnchorElement.prototype;
    let blob;
    let name;
    URL.createObjectURL = (made) => {
      blob = made;
      return createObjectURL.call(URL, made);
    };
    // the browser would ask where to
    HTMLAnchorElement.prototype.click = function () {
      name = this.download;
    };
    document.querySelector(selector).click();
    Object.assign(URL, { createObjectURL });
    Object.assign(HTMLAnchorElement.prototype, { click });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return { name, base64: btoa(String.fromCharCode(...bytes)) };
  }, selector);
  return { name, bytes: Buffer.from(base64, "base64") };
}

/** A file with these bytes, which the test removes when it ends. */
export function keepFile(t, bytes, ending = "") {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, `file${ending}`);
  writeFileSync(path, bytes);
  return path;
}

/** What a program prints. One that fails, fails the test. */
export async function run(t, program, args) {
  const running = start(t, program, args);
  const code = await running.ended;
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${running.stderr}`);
  return running.stdout;
}
