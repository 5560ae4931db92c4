// npm start: builds what is missing, shows a handshake in the terminal, and serves the demo page.

import { existsSync } from "node:fs";
import { build } from "./build.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { heading, main, run } from "./lib/run.mjs";
import { serve } from "./serve.mjs";

await main(async () => {
  await build("demo", { full: false });

  const example = inRoot("examples", "handshake.mjs");
  if (existsSync(example)) {
    heading("a handshake, in Node");
    await run(process.execPath, [example], { cwd: root, show: true });
  }

  const { url } = await serve({ port: process.env.PORT && Number(process.env.PORT) });
  heading("the same in a browser");
  console.log(`${url} (stop it with Ctrl-C)`);
});
