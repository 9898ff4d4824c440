// Everything that can go wrong, as one type: the server's problems (RFC 9457) and the absence of the server.
import { type Address, entriesIn } from './entries';
import type { Problem } from './types';

export type TroubleType = Problem['type'] | 'url-playlist' | 'unreachable' | 'cancelled';

export interface Trouble {
  type: TroubleType;
  title: string;
  detail: string | null;
  requestId: string | null;
  analysis: string | null;
  entries: Address[]; // of a playlist
}

export class ApiError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.title);
  }
}

export const nobodyThere: Trouble = {
  type: 'unreachable',
  title: 'The server does not answer.',
  detail: null,
  requestId: null,
  analysis: null,
  entries: [],
};

// What a failed answer says. Anything that is not a problem document comes from a proxy, not from hitscope.
export function troubleOf(body: unknown): Trouble {
  if (typeof body !== 'object' || body === null || !('type' in body) || !('title' in body))
    return nobodyThere;
  const problem = body as Problem;
  return {
    type: problem.type,
    title: problem.title,
    detail: problem.detail ?? null,
    requestId: problem.request_id ?? null,
    analysis: problem.analysis ?? null,
    entries: entriesIn(body),
  };
}

export const troubleIn = (error: unknown): Trouble =>
  error instanceof ApiError ? error.trouble : nobodyThere;
