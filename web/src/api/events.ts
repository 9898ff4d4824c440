// The one stream of server-sent events of this page. It is open only while something is under way: browsers
// allow six connections to a server over all tabs, and a stream holds one.
import { unreachable } from './connection';
import { eventNames, readEvent } from './event_data';
import { hear, learnFrom } from './live';
import { analysisKey, queries } from './queries';
import type { Analysis } from './types';

const followed = new Set<string>();
let holds = 0; // uploads under way: the stream should be there before their analyses begin
let source: EventSource | null = null;
let again = 0;

function ended(id: string): void {
  followed.delete(id);
  void queries.invalidateQueries({ queryKey: analysisKey(id) });
  void queries.invalidateQueries({ queryKey: ['history'] });
  closeIfIdle();
}

function open(): void {
  again = 0;
  if (source || (followed.size === 0 && holds === 0)) return;
  source = new EventSource('/v1/events');
  source.onopen = () => {
    // Whatever ended while nobody listened.
    for (const id of followed) void queries.invalidateQueries({ queryKey: analysisKey(id) });
  };
  source.onerror = () => {
    unreachable();
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      if (again === 0) again = window.setTimeout(open, 2000);
    }
  };
  source.addEventListener('state', (message) => {
    try {
      learnFrom(JSON.parse(message.data) as Analysis);
    } catch {
      // Cut short; the next request tells.
    }
  });
  for (const name of eventNames) {
    source.addEventListener(name, (message) => {
      const event = readEvent(name, message.data);
      if (!event) return;
      hear(event);
      if (['done', 'failed', 'interrupted', 'cancelled', 'deleted'].includes(event.name))
        ended(event.analysis);
    });
  }
}

function closeIfIdle(): void {
  if (followed.size > 0 || holds > 0) return;
  source?.close();
  source = null;
}

export function follow(id: string): void {
  followed.add(id);
  open();
}

export function unfollow(id: string): void {
  followed.delete(id);
  closeIfIdle();
}

export function hold(): () => void {
  holds += 1;
  open();
  return () => {
    holds -= 1;
    closeIfIdle();
  };
}
