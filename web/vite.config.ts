import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { compress } from './compress';
import { keeper, KEEPER } from './keeper';

// Where `npm run dev` finds a running server; the built page is served by the server itself.
const server = process.env['GEJU_DEV_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), keeper(), compress()],
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  worker: { format: 'es' },
  build: {
    target: 'chrome94',
    // The CSP allows fonts, styles and scripts from our own origin only: nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre is one chunk of 1.1 MB by nature; it is fetched only once somebody is let in.
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      input: { index: 'index.html', keeper: 'worker/keeper.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'keeper' ? KEEPER : 'assets/[name]-[hash].js'),
        codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre)/ }] },
      },
    },
  },
  server: { proxy: { '/api': server, '/base': server, '/tiles': server, '/healthz': server } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
});
