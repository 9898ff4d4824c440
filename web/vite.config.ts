import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Development and preview sit in front of the real server; nothing is ever answered by a stand-in.
const server = process.env.HITSCOPE_SERVER ?? 'http://127.0.0.1:8080';
const proxy = Object.fromEntries(
  ['/v1', '/predict', '/healthz', '/readyz', '/demo', '/docs', '/openapi.json'].map((path) => [
    path,
    {
      target: server,
      changeOrigin: true,
      // The server refuses foreign origins; the proxy speaks for the page it serves.
      headers: { origin: server },
    },
  ]),
);

export default defineConfig({
  plugins: [react()],
  server: { proxy },
  preview: {
    proxy,
    headers: {
      // The product's own policy, so that preview cannot hide a violation.
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    },
  },
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  test: { include: ['tests/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0] & { test: { include: string[] } });
