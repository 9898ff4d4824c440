import { describe, expect, it } from 'vitest';
import { advice, adviceFor } from '../src/api/advice';
import { entriesIn } from '../src/api/entries';
import { eventNames, readEvent } from '../src/api/event_data';
import { fold, unheard } from '../src/api/live';
import { nobodyThere, troubleOf } from '../src/api/problem';
import { rateOf, type Sample, sampled } from '../src/api/rate';
import { addressesIn } from '../src/kit/intake';
import { schemas } from './analysis_helper';

describe('errors', () => {
  it('all have a cause and a next step', () => {
    const types = schemas.Problem.properties?.type.enum ?? [];
    expect(types.length).toBeGreaterThan(20);
    for (const type of types) {
      const words = advice[type as keyof typeof advice];
      expect(words?.cause, type).toBeTruthy();
      expect(words.next, type).toBeTruthy();
    }
  });

  it('are read from problem documents, and from nothing else', () => {
    const problem = { type: 'busy', title: 'Full.', status: 503, request_id: 'abcdefgh' };
    expect(troubleOf(problem)).toEqual({
      type: 'busy',
      title: 'Full.',
      detail: null,
      requestId: 'abcdefgh',
      analysis: null,
      entries: [],
    });
    for (const other of [null, '', '<html>', {}, { title: 'x' }]) expect(troubleOf(other)).toBe(nobodyThere);
  });
});

describe('events', () => {
  it('are read by their own shape', () => {
    expect(readEvent('queued', '{"analysis":"a","position":2,"eta_s":null}')).toEqual({
      name: 'queued',
      analysis: 'a',
      position: 2,
      eta_s: null,
    });
    expect(readEvent('vote', '{"analysis":"a","model":"knn","label":"MAYBE","probability":0.5}')).toBeNull();
    expect(readEvent('measuring', '{"analysis":')).toBeNull();
    expect(eventNames).toContain('deleted');
  });

  it('fold into where an analysis stands', () => {
    const event = (name: Parameters<typeof readEvent>[0], data: object) => {
      const read = readEvent(name, JSON.stringify({ analysis: 'a', ...data }));
      if (!read) throw new Error('not read');
      return read;
    };
    let live = fold(unheard, event('queued', { position: 3, eta_s: 4.2 }), 1);
    expect(live).toMatchObject({ stage: 'queued', position: 3, etaS: 4.2 });
    live = fold(live, event('decoding', {}), 2);
    live = fold(live, event('measuring', { done_s: 12, known_s: 30 }), 3);
    expect(live).toMatchObject({ stage: 'measuring', doneS: 12, knownS: 30 });
    const vote = event('vote', { model: 'knn', label: 'HIT', probability: 0.6 });
    live = fold(fold(live, vote, 4), vote, 5);
    expect(live.votes).toHaveLength(1);
    live = fold(
      live,
      event('done', { summary: { label: 'HIT', votes_for_hit: 3, probability: 0.5, duration_s: 30 } }),
      6,
    );
    expect(live.stage).toBe('done');
    expect(live.log.map((line) => line.text)).toEqual([
      'Queued at place 3, about 4 s',
      'Decoding',
      'Measured 0:12 of 0:30',
      'Nearest neighbours votes HIT (60 %)',
      'Done',
    ]);
  });
});

describe('the rate of an upload', () => {
  it('is unknown at first, and then of the last seconds', () => {
    let samples: Sample[] = sampled([], { at: 0, sent: 0 });
    expect(rateOf(samples)).toBeNull();
    samples = sampled(samples, { at: 1000, sent: 500_000 });
    expect(rateOf(samples)).toBe(500_000);
    for (let s = 2; s <= 6; s += 1)
      samples = sampled(samples, { at: s * 1000, sent: 500_000 + (s - 1) * 100_000 });
    expect(samples).toHaveLength(4);
    expect(rateOf(samples)).toBe(100_000);
    // After a long silence two are left: a rate over the silence, not none.
    samples = sampled(samples, { at: 60_000, sent: 1_540_000 });
    expect(rateOf(samples)).toBe(10_000);
  });
});

describe('fetching an address', () => {
  const fetching = (bytes: number | null, total: number | null) => {
    const read = readEvent('fetching', JSON.stringify({ analysis: 'a', bytes, total }));
    if (!read) throw new Error('not read');
    return read;
  };

  it('tells bytes and rate, and has one line in the log', () => {
    let live = fold(unheard, fetching(null, null), 0);
    expect(live).toMatchObject({ stage: 'fetching', fetched: null });
    live = fold(live, fetching(0, 4_000_000), 0);
    live = fold(live, fetching(1_000_000, 4_000_000), 1000);
    expect(live.fetched).toMatchObject({ bytes: 1_000_000, total: 4_000_000, rate: 1_000_000 });
    // A second attempt begins at nothing.
    live = fold(live, fetching(0, null), 2000);
    expect(live.fetched).toMatchObject({ bytes: 0, total: null, rate: null });
    live = fold(live, fetching(3_800_000, null), 3000);
    const decoding = readEvent('decoding', '{"analysis":"a"}');
    if (decoding) live = fold(live, decoding, 4000);
    expect(live.log.map((line) => line.text)).toEqual(['Fetching the address', 'Fetched 3.8 MB; decoding']);
  });

  it('is understood without bytes, as older servers tell it', () => {
    expect(readEvent('fetching', '{"analysis":"a"}')).toMatchObject({ bytes: null, total: null });
  });

  it('has its own words for what is no fault of a file', () => {
    expect(adviceFor('too-large', true).next).not.toBe(adviceFor('too-large', false).next);
    expect(adviceFor('url-needs-login', true).operator).toContain('YT_COOKIES');
    expect(adviceFor('of-a-newer-server' as never, true)).toEqual(advice.internal);
  });

  it('finds the tracks of a playlist, and only web addresses', () => {
    const entries = [
      { url: 'https://music.example/1', title: 'One' },
      { url: 'javascript:alert(1)', title: 'Two' },
      { url: 'https://music.example/3' },
    ];
    expect(entriesIn({ type: 'url-playlist', title: 'A list.', entries })).toEqual([
      { url: 'https://music.example/1', title: 'One' },
      { url: 'https://music.example/3', title: null },
    ]);
    for (const other of [null, {}, { entries: 'many' }, { entries: [1] }])
      expect(entriesIn(other)).toEqual([]);
  });
});

describe('pasted text', () => {
  it('is one address, several, or none', () => {
    expect(addressesIn(' https://a.example/1 ')).toEqual(['https://a.example/1']);
    expect(addressesIn('https://a.example/1\nhttp://b.example/2\nhttps://a.example/1')).toEqual([
      'https://a.example/1',
      'http://b.example/2',
    ]);
    for (const text of ['', 'a.example', 'see https://a.example/1', 'ftp://a.example/1']) {
      expect(addressesIn(text), text).toEqual([]);
    }
  });
});
