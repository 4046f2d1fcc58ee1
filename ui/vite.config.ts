import path from 'node:path';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { apiDocument } from './api_document.ts';

export default defineConfig({
  base: '/ui/',
  plugins: [react(), apiDocument()],
  // Whoever draws text, draws it visibly (src/drawn/jsx-runtime.ts).
  resolve: { alias: [{ find: /^react\/jsx-runtime$/, replacement: path.resolve(import.meta.dirname, 'src/drawn/jsx-runtime.ts') }] },
  build: {
    outDir: '../build/ui/dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }, // an inline script, which the policy forbids
  },
  server: { proxy: { '/api': process.env['WEIR_URL'] ?? 'http://127.0.0.1:8080' } },
});
