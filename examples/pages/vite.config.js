import { defineConfig } from "vite";
import { relay } from "./relay.js";

// The pages need no configuration of the bundler. This adds the relay, on the same port as the pages.
export default defineConfig({
  appType: "mpa",
  plugins: [{ name: "relay", configureServer: ({ httpServer }) => relay(httpServer) }],
});
