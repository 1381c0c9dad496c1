/** A step of both builds: compressed copies beside the text files, made once and sent to whoever takes them. */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSED = /\.(m?js|css|html|svg|webmanifest)$/;

/** Writes a `.br` and a `.gz` beside each text file of the build's output. */
export function compressedCopies(): Plugin {
  let folder = "dist";
  return {
    name: "compressed-copies",
    apply: "build",
    enforce: "post",
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    closeBundle: { order: "post", sequential: true, handler: () => compress(folder) },
  };
}

async function compress(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!COMPRESSED.test(name) || !(await stat(path)).isFile()) continue;
    const bytes = await readFile(path);
    await writeFile(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}
