import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** What text is made of. Fonts and pictures are compressed by nature. */
const TEXT = /\.(?:css|html|js|json|map|mjs|svg|txt|wasm|webmanifest)$/;

const smallest = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/**
 * Lays a `.br` and a `.gz` beside every file of text that gets smaller by it. The server sends them as they are, so the best
 * compression there is costs it nothing.
 */
export function compress(): Plugin {
  let folder = '';
  return {
    name: 'geju-compress',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const files = await readdir(folder, { recursive: true });
      for (const file of files.filter((name) => TEXT.test(name))) {
        const bytes = await readFile(join(folder, file));
        for (const [ending, form] of Object.entries(smallest)) {
          const small = await form(bytes);
          if (small.length < bytes.length) await writeFile(join(folder, `${file}.${ending}`), small);
        }
      }
    },
  };
}
