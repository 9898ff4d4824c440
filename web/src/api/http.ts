// Calls of the generated client, with errors as one type and the connection watched.
import { reached, unreachable } from './connection';
import { client } from './generated/client.gen';
import { ApiError, nobodyThere, troubleOf } from './problem';

// The first answer under /v1 brings the cookie that says whose the analyses are. Two first requests at once would
// make two visitors, so everything else waits for the first to be answered.
let met: Promise<unknown> | null = null;

async function meet(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const path = new URL(input instanceof Request ? input.url : String(input), window.location.href).pathname;
  if (!path.startsWith('/v1/')) return fetch(input, init);
  if (met) {
    await met.catch(() => undefined);
    return fetch(input, init);
  }
  const first = fetch(input, init);
  met = first;
  // Nobody answered: the next one is the first again.
  first.catch(() => {
    met = null;
  });
  return first;
}

async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    const answer = await meet(input, init);
    const fromHitscope = answer.status < 500 || answer.headers.get('content-type')?.includes('json');
    if (fromHitscope) reached();
    else unreachable();
    return answer;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) unreachable();
    throw error;
  }
}

client.setConfig({ baseUrl: '', fetch: watchedFetch as typeof fetch });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response?: Response;
}

export async function unwrap<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(nobodyThere);
  }
  if (!outcome.response?.ok) throw new ApiError(troubleOf(outcome.error));
  return outcome.data as T;
}

export async function unwrapWithId<T>(
  call: Promise<Outcome<T>>,
): Promise<{ data: T; requestId: string | null }> {
  let requestId: string | null = null;
  const data = await unwrap(
    call.then((outcome) => {
      requestId = outcome.response?.headers.get('x-request-id') ?? null;
      return outcome;
    }),
  );
  return { data, requestId };
}
