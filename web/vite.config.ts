import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

// Puts public/early.js into the built page, with the list of what a track's page is made of.
const early: Plugin = {
  name: 'early',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const chunks = Object.values(bundle ?? {}).filter((piece) => piece.type === 'chunk');
      const named = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const reach = (from: string, into: Set<string>) => {
        if (into.has(from)) return into;
        into.add(from);
        for (const next of named.get(from)?.imports ?? []) reach(next, into);
        return into;
      };
      const track = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/src/track/TrackPage.tsx'));
      const entry = chunks.find(({ isEntry }) => isEntry);
      if (!track || !entry) return [];
      const initial = reach(entry.fileName, new Set());
      const more = [...reach(track.fileName, new Set())].filter((name) => !initial.has(name));
      const styles = more.flatMap((name) => [...(named.get(name)?.viteMetadata?.importedCss ?? [])]);
      const list = [...more, ...styles].map((name) => `/${name}`).join(' ');
      return [
        {
          tag: 'script',
          attrs: { src: '/early.js', async: true, fetchpriority: 'high', 'data-track': list },
          injectTo: 'head-prepend',
        },
      ];
    },
  },
};

export default defineConfig({
  plugins: [react(), early],
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
