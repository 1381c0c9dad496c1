/**
 * How the app is built: hashed files under `assets/`, everything else revalidated (see field_app_pages), compressed
 * copies beside them, and a service worker that holds the whole shell. No script stands in the page.
 */
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { compressedCopies } from "./compressed_copies.ts";

export default defineConfig({
  base: "/field/",
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      injectRegister: false,
      manifest: {
        id: "/field/",
        name: "Saksi",
        short_name: "Saksi",
        description: "Photos of public works that hold as evidence.",
        start_url: "/field/",
        scope: "/field/",
        display: "standalone",
        background_color: "#f6f5f0",
        theme_color: "#0b5a55",
        icons: [
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icon-maskable.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      injectManifest: { rollupFormat: "iife", globPatterns: ["**/*.{js,css,html,svg,png,webmanifest}"] },
    }),
    compressedCopies(),
  ],
  define: { __VERSION__: JSON.stringify(process.env.npm_package_version ?? "0") },
});
