// The finished analysis that docs/api/openapi.yaml gives as its example: a real answer of a real server.
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { Analysis } from '../src/api/types';

const description = load(readFileSync(new URL('../../docs/api/openapi.yaml', import.meta.url), 'utf8')) as {
  components: { examples: Record<string, { value: Analysis }>; schemas: Record<string, unknown> };
};

export const analysis = (name = 'AnalysisDone'): Analysis =>
  structuredClone(description.components.examples[name].value);
export const schemas = description.components.schemas as Record<
  string,
  { properties?: Record<string, { enum?: string[] }> }
>;
