// The build of the UI. web/building.py gives the folder to write to; `npm run dev` serves the sources instead.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const COMPRESSED = /\.(js|css|svg|html|json|ttf)$/;
const WORTH_COMPRESSING_BYTES = 1024;

/** Each asset beside itself as .br and .gz, at the highest level: the server only chooses, and needs no library. */
function compressed(): Plugin {
  let folder = "";
  return {
    name: "muster:compressed",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(join(folder, "assets"))) {
        const path = join(folder, "assets", name);
        const content = readFileSync(path);
        if (COMPRESSED.test(name) && content.length >= WORTH_COMPRESSING_BYTES) {
          const quality = { [constants.BROTLI_PARAM_QUALITY]: content.length > 1_000_000 ? 9 : 11 };
          writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
          writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        }
      }
    },
  };
}

const server = process.env.MUSTER_BASE_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // The content security policy allows no data: images; and a hashed file is cached for a year anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // GraphiQL's editor is large, and loaded by its own page alone.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // GraphiQL's modules carry directives for a compiler that is not used here.
      onLog: (level, log, report) => log.code !== "MODULE_LEVEL_DIRECTIVE" && report(level, log),
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ["/graphql", "/auth", "/scim", "/docs", "/exports", "/healthz", "/readyz"].map((path) => [
        path,
        // The server takes requests from its own pages alone; in development they come from this one.
        { target: server, headers: { origin: server } },
      ]),
    ),
  },
});
