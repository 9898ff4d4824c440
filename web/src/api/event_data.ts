// What stands in the data of the server's events (docs/api/openapi.yaml, Event...). Checked before use: a
// stream may pass through proxies.
import * as v from 'valibot';
import { modelOrder } from '../kit/words';

const id = v.string();
const seconds = v.number();
const bytes = v.pipe(v.number(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const label = v.picklist(['HIT', 'FLOP']);

const shapes = {
  queued: v.object({ analysis: id, position: v.number(), eta_s: v.nullable(seconds) }),
  fetching: v.object({
    analysis: id,
    bytes: v.optional(v.nullable(bytes), null),
    total: v.optional(v.nullable(bytes), null),
  }),
  decoding: v.object({ analysis: id }),
  measuring: v.object({ analysis: id, done_s: seconds, known_s: v.nullable(seconds) }),
  vote: v.object({ analysis: id, model: v.picklist(modelOrder), label, probability: share }),
  done: v.object({
    analysis: id,
    summary: v.object({
      label: v.nullable(label),
      votes_for_hit: v.nullable(v.number()),
      probability: v.nullable(share),
      duration_s: v.nullable(seconds),
    }),
  }),
  failed: v.object({
    analysis: id,
    error: v.object({ type: v.string(), title: v.string(), detail: v.optional(v.nullable(v.string())) }),
  }),
  interrupted: v.object({ analysis: id }),
  cancelled: v.object({ analysis: id }),
  deleted: v.object({ analysis: id }),
};

export type EventName = keyof typeof shapes;
export const eventNames = Object.keys(shapes) as EventName[];
export type ServerEvent = { [K in EventName]: { name: K } & v.InferOutput<(typeof shapes)[K]> }[EventName];

export function readEvent(name: EventName, text: string): ServerEvent | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = v.safeParse(shapes[name], raw);
  return parsed.success ? ({ name, ...parsed.output } as ServerEvent) : null;
}
