import { beforeEach, describe, expect, it, vi } from 'vitest';

const visitor = vi.hoisted(() => ({ known: Promise.resolve() as Promise<unknown> }));
vi.mock('../src/api/queries', () => ({
  visitorKnown: () => visitor.known,
  queries: {},
  analysisKey: (id: string) => ['analysis', id],
  isFinal: () => true,
}));

import { cancel, retry, sendFiles, uploads } from '../src/api/uploads';

// A request that is never answered.
class Request {
  static made: Request[] = [];
  upload = {};
  sent = false;
  onabort = () => {};
  constructor() {
    Request.made.push(this);
  }
  open() {}
  send() {
    this.sent = true;
  }
  abort() {
    this.onabort();
  }
}

vi.stubGlobal('XMLHttpRequest', Request);
vi.stubGlobal(
  'EventSource',
  class {
    addEventListener() {}
    close() {}
  },
);

const state = (key: number) => uploads.get().find((upload) => upload.key === key)?.state;
const file = () => new File(['sound'], 'sound.wav');

describe('an upload that is cancelled', () => {
  beforeEach(() => {
    Request.made = [];
    visitor.known = Promise.resolve();
  });

  it('stops while the visitor is not known yet, and nothing is sent after that', async () => {
    let answer = () => {};
    visitor.known = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const [key] = sendFiles([file()]);
    expect(state(key)).toBe('sending');
    cancel(key);
    await vi.waitFor(() => expect(state(key)).toBe('cancelled'));
    answer();
    await visitor.known;
    expect(Request.made).toEqual([]);
    retry(key);
    await vi.waitFor(() => expect(Request.made).toHaveLength(1));
    cancel(key);
    await vi.waitFor(() => expect(state(key)).toBe('cancelled'));
  });

  it('stops while it is sent, and makes room for the next', async () => {
    const keys = sendFiles([file(), file(), file(), file()]);
    await vi.waitFor(() => expect(Request.made).toHaveLength(3));
    expect(keys.map(state)).toEqual(['sending', 'sending', 'sending', 'waiting']);
    cancel(keys[1]);
    await vi.waitFor(() => expect(keys.map(state)).toEqual(['sending', 'cancelled', 'sending', 'sending']));
    await vi.waitFor(() => expect(Request.made).toHaveLength(4));
    for (const key of keys) cancel(key);
    await vi.waitFor(() => expect(keys.map(state)).toEqual(keys.map(() => 'cancelled')));
  });

  it('does not begin when it waits for its turn', async () => {
    const keys = sendFiles([file(), file(), file(), file()]);
    cancel(keys[3]);
    expect(state(keys[3])).toBe('cancelled');
    for (const key of keys.slice(0, 3)) cancel(key);
    await vi.waitFor(() => expect(keys.map(state)).toEqual(keys.map(() => 'cancelled')));
    expect(Request.made.filter(({ sent }) => sent)).toEqual([]);
  });
});
