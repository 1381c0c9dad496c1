/**
 * How the modules of the server's own pages are built: one entry for each file in `pages/`, found by the server through
 * the manifest (server/assets.py). What several entries need lies in `pages/lib/`. Pages work without any of it.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import { compressedCopies } from "./compressed_copies.ts";

const SOURCES = join(import.meta.dirname, "pages");
const entries = readdirSync(SOURCES).filter((name) => name.endsWith(".ts"));

export default defineConfig({
  base: "/",
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "dist-pages",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    rollupOptions: { input: entries.map((name) => join(SOURCES, name)) },
  },
  worker: { format: "es" },
  plugins: [compressedCopies()],
});
