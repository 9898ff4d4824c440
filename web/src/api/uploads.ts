// What this page is sending: files by XMLHttpRequest (fetch tells nothing of the way up), three at a time.
import { createStore, useStore } from '../kit/store';
import { onReturn, unreachable } from './connection';
import type { Address } from './entries';
import { follow, hold } from './events';
import { createAnalysisFromUrl } from './generated/sdk.gen';
import { unwrapWithId } from './http';
import { learnFrom, note } from './live';
import { ApiError, nobodyThere, type Trouble, troubleIn, troubleOf } from './problem';
import { analysisKey, isFinal, queries, visitorKnown } from './queries';
import { rateOf, type Sample, sampled } from './rate';
import { keep } from './shelf';
import type { Analysis } from './types';

export interface Upload {
  key: number;
  name: string;
  file: File | null; // null for an address
  url: string | null;
  state: 'waiting' | 'sending' | 'accepted' | 'failed' | 'cancelled';
  sent: number;
  total: number | null;
  rate: number | null;
  id: string | null;
  trouble: Trouble | null;
  lost: number; // how often the server went away under it
}

const atATime = 3;
export const uploads = createStore<Upload[]>([]);
export const useUploads = (): Upload[] => useStore(uploads, (all) => all);

const stops = new Map<number, () => void>(); // what ends a request under way
const requestIds = new Map<string, string>(); // by analysis: for those who report a failure
let nextKey = 1;

export const requestIdOf = (analysis: string): string | null => requestIds.get(analysis) ?? null;

function change(key: number, part: Partial<Upload>): void {
  uploads.set((all) => all.map((upload) => (upload.key === key ? { ...upload, ...part } : upload)));
}

function accept(upload: Upload, analysis: Analysis, requestId: string | null): void {
  if (requestId) requestIds.set(analysis.id, requestId);
  note(analysis.id, analysis.cached ? 'Known from before: the same file was analysed already' : 'Accepted');
  learnFrom(analysis);
  queries.setQueryData(analysisKey(analysis.id), analysis);
  if (!isFinal(analysis)) follow(analysis.id);
  if (upload.file) void keep(analysis.id, upload.file);
  void queries.invalidateQueries({ queryKey: ['history'] });
  change(upload.key, { state: 'accepted', id: analysis.id, sent: upload.total ?? 0 });
}

function sendFile(upload: Upload, file: File, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    stop.addEventListener('abort', () => request.abort());
    let samples: Sample[] = [];
    request.open('POST', '/v1/analyses');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => {
      samples = sampled(samples, { at: performance.now(), sent: loaded });
      change(upload.key, {
        sent: Math.min(loaded, file.size),
        total: Math.min(total, file.size),
        rate: rateOf(samples),
      });
    };
    request.onload = () => {
      if (request.status === 200 || request.status === 202) {
        accept(upload, request.response as Analysis, request.getResponseHeader('x-request-id'));
        resolve();
      } else {
        const trouble = troubleOf(request.response);
        if (trouble.type === 'unreachable') unreachable();
        reject(new ApiError(trouble));
      }
    };
    request.onerror = () => {
      unreachable();
      reject(new ApiError(nobodyThere));
    };
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    const form = new FormData();
    form.append('file', file, file.name || 'audio');
    request.send(form);
  });
}

async function sendUrl(upload: Upload, url: string, stop: AbortSignal): Promise<void> {
  try {
    const { data, requestId } = await unwrapWithId(createAnalysisFromUrl({ body: { url }, signal: stop }));
    accept(upload, data, requestId);
  } catch (error) {
    stop.throwIfAborted(); // stopped, whatever the request made of it
    throw error;
  }
}

const whenStopped = (stop: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason));
  });

async function run(upload: Upload): Promise<void> {
  const stopping = new AbortController();
  const stop = stopping.signal;
  stops.set(upload.key, () => stopping.abort());
  let release = () => {};
  try {
    await Promise.race([visitorKnown(), whenStopped(stop)]);
    stop.throwIfAborted(); // the visitor was known just before
    release = hold();
    if (upload.file) await sendFile(upload, upload.file, stop);
    else if (upload.url) await sendUrl(upload, upload.url, stop);
  } catch (error) {
    const stopped = error instanceof DOMException && error.name === 'AbortError';
    change(upload.key, stopped ? { state: 'cancelled' } : { state: 'failed', trouble: troubleIn(error) });
  } finally {
    stops.delete(upload.key);
    release();
    next();
  }
}

function next(): void {
  for (;;) {
    const all = uploads.get();
    const waiting = all.find((upload) => upload.state === 'waiting');
    if (!waiting || all.filter((upload) => upload.state === 'sending').length >= atATime) return;
    change(waiting.key, { state: 'sending' });
    void run(waiting);
  }
}

function fresh(part: Pick<Upload, 'name' | 'file' | 'url'>): Upload {
  return {
    ...part,
    key: nextKey++,
    state: 'waiting',
    sent: 0,
    total: part.file?.size ?? null,
    rate: null,
    id: null,
    trouble: null,
    lost: 0,
  };
}

export function sendFiles(files: File[]): number[] {
  const added = files.map((file) => fresh({ name: file.name || 'audio', file, url: null }));
  uploads.set((all) => [...all, ...added]);
  next();
  return added.map((upload) => upload.key);
}

export function sendAddresses(addresses: Address[]): number[] {
  const added = addresses.map(({ url, title }) => fresh({ name: title || url, file: null, url }));
  uploads.set((all) => [...all, ...added]);
  next();
  return added.map((upload) => upload.key);
}

export function cancel(key: number): void {
  const stop = stops.get(key);
  if (stop) stop();
  else change(key, { state: 'cancelled' });
}

export function retry(key: number): void {
  change(key, { state: 'waiting', sent: 0, rate: null, trouble: null });
  next();
}

// What failed because nobody was there goes on when someone is, a few times: a proxy that cuts every large
// upload off looks the same.
onReturn(() => {
  for (const { key, state, trouble, lost } of uploads.get()) {
    if (state !== 'failed' || trouble?.type !== 'unreachable' || lost >= 3) continue;
    change(key, { lost: lost + 1 });
    retry(key);
  }
});

export function dismiss(key: number): void {
  uploads.set((all) => all.filter((upload) => upload.key !== key));
}
