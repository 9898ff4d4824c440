// What an error says of a playlist: the tracks it holds, so that they can be sent as a batch.
import * as v from 'valibot';
import { addressIn } from '../kit/intake';

export interface Address {
  url: string;
  title: string | null; // where it is known before
}

const Entries = v.object({
  entries: v.array(v.object({ url: v.string(), title: v.optional(v.nullable(v.string()), null) })),
});

// Of a problem document or of an analysis's error. What is no web address is left out: it came from elsewhere.
export function entriesIn(error: unknown): Address[] {
  const parsed = v.safeParse(Entries, error);
  return parsed.success ? parsed.output.entries.filter(({ url }) => addressIn(url)) : [];
}
