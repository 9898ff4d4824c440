// The tracks of this tab's batch, in the order they came. Kept for the session, so that a reload loses nothing.
import * as v from 'valibot';
import { uploads } from '../api/uploads';
import { createStore, useStore } from '../kit/store';

const key = 'hitscope.batch';
const Ids = v.array(v.string());

function stored(): string[] {
  try {
    const parsed = v.safeParse(Ids, JSON.parse(sessionStorage.getItem(key) ?? '[]'));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}

const ids = createStore<string[]>(stored());
ids.subscribe(() => {
  try {
    sessionStorage.setItem(key, JSON.stringify(ids.get()));
  } catch {
    // For this page only.
  }
});

const gather = () => {
  const fresh = uploads.get().flatMap(({ id }) => (id && !ids.get().includes(id) ? [id] : []));
  if (fresh.length > 0) ids.set((all) => [...all, ...fresh]);
};
uploads.subscribe(gather);
gather();

export const useBatchIds = (): string[] => useStore(ids, (all) => all);

export function forget(id: string): void {
  ids.set((all) => all.filter((each) => each !== id));
}

export function clearBatch(): void {
  uploads.set((all) => all.filter(({ state }) => state === 'waiting' || state === 'sending'));
  ids.set([]);
}
