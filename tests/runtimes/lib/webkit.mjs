// WebKit as GTK's MiniBrowser, driven by WebDriver's own requests.

import { existsSync, readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../node/support/ports.mjs";
import { start } from "../../node/support/process.mjs";

const PATIENCE = 60_000;

// as root its sandbox does not start, and there is no graphics card to draw with
const ENV = { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", LIBGL_ALWAYS_SOFTWARE: "1" };

/** The MiniBrowser of webkit2gtk-driver, in the directory of the machine's architecture. */
function miniBrowser() {
  const paths = readdirSync("/usr/lib").flatMap((name) =>
    ["4.1", "4.0"].map((version) => `/usr/lib/${name}/webkit2gtk-${version}/MiniBrowser`),
  );
  const found = paths.find(existsSync);
  if (!found) throw new Error("webkit2gtk's MiniBrowser is not there");
  return found;
}

/** Starts the driver and one session of it, on a screen of its own; resolves to `{ version, visit(url), open(url), ask(script) }`. */
export async function startWebKit(t) {
  const screen = start(t, "Xvfb", ["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
  const [, display] = await screen.printed(/^(\d+)$/m);
  const port = await freePort();
  const args = [`--port=${port}`, "--host=127.0.0.1"];
  const driver = start(t, "WebKitWebDriver", args, { env: { ...ENV, DISPLAY: `:${display}` }, group: true });

  const ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.message || value.error}\n${driver.stderr}`);
    return value;
  };
  await until(() => ask("GET", "/status").catch(() => null));
  const options = { binary: miniBrowser(), args: ["--automation"] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  const session = await ask("POST", "/session", { capabilities });
  const inSession = (method, path, body) => ask(method, `/session/${session.sessionId}${path}`, body);
  t.after(() => inSession("DELETE", "").catch(() => {}));

  return {
    version: session.capabilities.browserVersion,
    async visit(url) {
      const script = "return document.body ? document.body.innerText.trim() : ''";
      await inSession("POST", "/url", { url });
      const text = await until(() => inSession("POST", "/execute/sync", { script, args: [] }));
      if (!text) throw new Error("the page said nothing");
      await inSession("POST", "/url", { url: "about:blank" });
      return { text, complaints: [] };
    },
    open: (url) => inSession("POST", "/url", { url }),
    /** Runs the body of a function in the page, again and again until it returns something. */
    ask: (script) => until(() => inSession("POST", "/execute/sync", { script, args: [] })),
  };
}

/** Asks until the answer is something, or patience ends. */
async function until(question) {
  const start = performance.now();
  for (;;) {
    const answer = await question();
    if (answer || performance.now() - start > PATIENCE) return answer;
    await setTimeout(100);
  }
}
