import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { shell } from './build/shell.ts';

const COMPRESSED = /\.(js|css|html|svg|webmanifest)$/;
const SMALL = 1024; // below, a compressed file saves no packet

/** Writes `.br` and `.gz` beside what the server would otherwise compress at each request. */
function compress(): Plugin {
  let target = '';
  return {
    name: 'compress',
    apply: 'build',
    configResolved(config) {
      target = config.build.outDir;
    },
    closeBundle(error?: Error) {
      if (error) return;
      for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const content = readFileSync(path);
        if (content.length < SMALL) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(content));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [vue(), shell(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: ['chrome109', 'firefox115', 'safari15.4'], // the last ones of old PCs and phones
    modulePreload: { polyfill: false },
    manifest: true, // tells a test what the first screen loads; it is not served
    rolldownOptions: {
      input: { index: fileURLToPath(new URL('./index.html', import.meta.url)), sw: 'worker/worker.ts' },
      output: {
        // A service worker governs what lies below its own address, and keeps that address for ever.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // What parts share is one file: dozens of small ones are slower to come, and compress worse.
        codeSplitting: {
          groups: [{ name: 'core', minShareCount: 2, test: (id) => !/src\/(dashboard|admin)\//.test(id) }],
        },
      },
    },
    assetsInlineLimit: 0, // the content policy knows no data: addresses
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8000',
      '/ws': { target: 'ws://127.0.0.1:8000', ws: true },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', css: true },
} as Parameters<typeof defineConfig>[0]);
