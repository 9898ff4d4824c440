// What the visitor prefers, kept in this browser alone. What is stored is checked when it is read: another
// version, or another hand, may have written it.
import * as v from 'valibot';
import { createStore, useStore } from './store';

const Settings = v.object({
  theme: v.optional(v.picklist(['system', 'light', 'dark']), 'system'),
  view: v.optional(v.picklist(['helix', 'ring', 'lanes']), 'helix'),
  volume: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  voice: v.optional(
    v.picklist(['consensus', 'random_forest', 'xgboost', 'adaboost', 'knn', 'decision_tree']),
    'consensus',
  ),
  differencesOnly: v.optional(v.boolean(), false),
});
export type Settings = v.InferOutput<typeof Settings>;

const key = 'hitscope.settings';

export function readSettings(text: string | null): Settings {
  let raw: unknown = {};
  try {
    raw = JSON.parse(text ?? '{}');
  } catch {
    // Not ours, or cut off: the defaults.
  }
  const parsed = v.safeParse(Settings, raw);
  return parsed.success ? parsed.output : v.parse(Settings, {});
}

function stored(): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null; // storage is forbidden: the defaults for this visit
  }
}

const settings = createStore<Settings>(readSettings(stored()));

export function useSetting<K extends keyof Settings>(name: K): Settings[K] {
  return useStore(settings, (all) => all[name]);
}

export function setting<K extends keyof Settings>(name: K): Settings[K] {
  return settings.get()[name];
}

export function changeSetting<K extends keyof Settings>(name: K, value: Settings[K]): void {
  settings.set((all) => ({ ...all, [name]: value }));
  try {
    localStorage.setItem(key, JSON.stringify(settings.get()));
  } catch {
    // Kept for this visit only.
  }
}

export function applyTheme(): void {
  const show = () => {
    const { theme } = settings.get();
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  show();
  settings.subscribe(show);
}
