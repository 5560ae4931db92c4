import { defineConfig } from "vite";
import { relay } from "./relay.js";

// The pages need nothing of a bundler; what is here is the relay, on the same port as they are.
export default defineConfig({
  appType: "mpa",
  plugins: [{ name: "relay", configureServer: ({ httpServer }) => relay(httpServer) }],
});
