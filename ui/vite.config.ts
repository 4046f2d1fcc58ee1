import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/ui/',
  plugins: [react()],
  build: {
    outDir: '../build/ui/dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }, // an inline script, which the policy forbids
  },
  server: { proxy: { '/api': process.env['WEIR_URL'] ?? 'http://127.0.0.1:8080' } },
});
