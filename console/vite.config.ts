import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { provenance } from "./provenance.js";

// The build is committed, so that `make run` needs no Node; `provenance` lets a test see when it is out of date.
export default defineConfig({
  base: "/static/console/",
  plugins: [svelte(), provenance()],
  build: {
    outDir: "../testcentre/static/console",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0, // a data: URL would need a wider Content-Security-Policy
    modulePreload: { polyfill: false },
    target: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: {
      input: ["base", "book", "bookings", "documents", "connections", "range", "day", "approvals", "closures", "day", "approvals", "closures", "flights", "flight", "utilisation"].map((page) => `src/pages/${page}.ts`),
    },
  },
});
