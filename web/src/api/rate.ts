// How fast something goes: bytes a second over the last three seconds, null until there is something to say.
export interface Sample {
  at: number; // ms
  sent: number;
}

export function sampled(samples: readonly Sample[], next: Sample): Sample[] {
  const all = [...samples, next];
  const first = all.findIndex(({ at }) => next.at - at <= 3000);
  return all.slice(Math.min(first, Math.max(0, all.length - 2)));
}

export function rateOf(samples: readonly Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < 200) return null;
  return ((last.sent - first.sent) / (last.at - first.at)) * 1000;
}
