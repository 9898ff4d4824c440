import { defineConfig } from '@hey-api/openapi-ts';

// `npm run client` after docs/api/openapi.yaml changed; tests/client_drift.test.ts notices when it was forgotten.
export default defineConfig({
  input: '../docs/api/openapi.yaml',
  output: { path: process.env.HITSCOPE_CLIENT_OUT ?? 'src/api/generated' },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
});
