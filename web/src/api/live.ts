// What is known of analyses that are under way: the events of each, folded into one state.
import * as v from 'valibot';
import { bytes, clock, fixed } from '../kit/format';
import { createStore, useStore } from '../kit/store';
import { modelWords } from '../kit/words';
import type { ServerEvent } from './event_data';
import { rateOf, type Sample, sampled } from './rate';
import type { Analysis, Vote } from './types';

export type Stage = 'queued' | 'fetching' | 'decoding' | 'measuring' | 'voting' | 'done' | 'failed' | 'gone';

export interface LogLine {
  at: number; // ms since the epoch, by this browser's clock
  text: string;
}

// What has come of an address so far.
export interface Fetched {
  bytes: number;
  total: number | null;
  rate: number | null; // bytes a second
  samples: Sample[];
}

export interface Live {
  stage: Stage;
  position: number | null;
  etaS: number | null;
  fetched: Fetched | null;
  doneS: number | null;
  knownS: number | null;
  votes: Vote[];
  log: LogLine[];
}

export const unheard: Live = {
  stage: 'queued',
  position: null,
  etaS: null,
  fetched: null,
  doneS: null,
  knownS: null,
  votes: [],
  log: [],
};

export const liveStore = createStore<Record<string, Live>>({});

export const useLive = (id: string): Live => useStore(liveStore, (all) => all[id] ?? unheard);
export const liveOf = (id: string): Live => liveStore.get()[id] ?? unheard;

function words(event: ServerEvent): string | null {
  switch (event.name) {
    case 'queued':
      return `Queued at place ${event.position}${event.eta_s === null ? '' : `, about ${fixed(event.eta_s, 0)} s`}`;
    case 'fetching':
      return 'Fetching the address';
    case 'decoding':
      return 'Decoding';
    case 'measuring':
      return event.known_s === null
        ? `Measured ${clock(event.done_s)}`
        : `Measured ${clock(event.done_s)} of ${clock(event.known_s)}`;
    case 'vote':
      return `${modelWords(event.model)} votes ${event.label} (${fixed(event.probability * 100, 0)} %)`;
    case 'done':
      return 'Done';
    case 'failed':
      return `Failed: ${event.error.title}`;
    case 'interrupted':
      return 'Interrupted: the server was stopped';
    case 'cancelled':
      return 'Cancelled';
    case 'deleted':
      return 'Deleted';
  }
}

function fetchedSoFar(live: Live, got: number, total: number | null, at: number): Fetched {
  const before = live.fetched?.samples ?? [];
  // Another piece of the same thing began anew: what was before says nothing of its rate.
  const samples = sampled(got < (live.fetched?.bytes ?? 0) ? [] : before, { at, sent: got });
  return { bytes: got, total, rate: rateOf(samples), samples };
}

// Fetching is told many times a second; the log has its beginning and what came of it.
function lineOf(live: Live, event: ServerEvent): string | null {
  if (event.name === 'fetching' && live.stage === 'fetching') return null;
  if (event.name === 'decoding' && live.fetched) return `Fetched ${bytes(live.fetched.bytes)}; decoding`;
  return words(event);
}

export function fold(live: Live, event: ServerEvent, at: number): Live {
  const text = lineOf(live, event);
  const log = text === null ? live.log : [...live.log, { at, text }];
  switch (event.name) {
    case 'queued':
      return { ...live, log, stage: 'queued', position: event.position, etaS: event.eta_s };
    case 'fetching': {
      const fetched = event.bytes === null ? live.fetched : fetchedSoFar(live, event.bytes, event.total, at);
      return { ...live, log, stage: 'fetching', fetched };
    }
    case 'decoding':
      return { ...live, log, stage: 'decoding' };
    case 'measuring':
      return { ...live, log, stage: 'measuring', doneS: event.done_s, knownS: event.known_s };
    case 'vote': {
      if (live.votes.some((vote) => vote.model === event.model)) return live;
      const vote = { model: event.model, label: event.label, probability: event.probability };
      return { ...live, log, stage: 'voting', votes: [...live.votes, vote] };
    }
    case 'done':
      return { ...live, log, stage: 'done' };
    case 'failed':
    case 'interrupted':
      return { ...live, log, stage: 'failed' };
    case 'cancelled':
    case 'deleted':
      return { ...live, log, stage: 'gone' };
  }
}

export function hear(event: ServerEvent): void {
  liveStore.set((all) => ({
    ...all,
    [event.analysis]: fold(all[event.analysis] ?? unheard, event, Date.now()),
  }));
}

const FetchProgress = v.object({ bytes: v.number(), total: v.nullable(v.number()) });

function fetchedIn(progress: object, live: Live, at: number): Fetched | null {
  const read = v.safeParse(FetchProgress, progress);
  return read.success ? fetchedSoFar(live, read.output.bytes, read.output.total, at) : live.fetched;
}

// The answer to a request knows where an analysis stands, too.
export function learnFrom(analysis: Analysis, at = Date.now()): void {
  const { queue, progress } = analysis;
  if (!queue && !progress) return;
  liveStore.set((all) => {
    const live = all[analysis.id] ?? unheard;
    const next: Live = queue
      ? { ...live, stage: 'queued', position: queue.position, etaS: queue.eta_s }
      : {
          ...live,
          stage: progress?.stage ?? live.stage,
          doneS: progress?.done_s ?? live.doneS,
          knownS: progress?.known_s ?? live.knownS,
          fetched: progress ? fetchedIn(progress, live, at) : live.fetched,
        };
    return { ...all, [analysis.id]: next };
  });
}

export function note(id: string, text: string): void {
  liveStore.set((all) => {
    const live = all[id] ?? unheard;
    return { ...all, [id]: { ...live, log: [...live.log, { at: Date.now(), text }] } };
  });
}
