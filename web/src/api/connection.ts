// Whether the server can be reached. A request that finds no one there starts the knocking: /healthz is asked
// again and again, a little later each time, until someone answers; then everything that failed is asked anew.
import { createStore } from '../kit/store';

export type Connection = 'online' | 'offline' | 'reconnecting';

export const connection = createStore<Connection>('online');

const returned = new Set<() => void>();
export function onReturn(listener: () => void): void {
  returned.add(listener);
}

let knocking = 0;
let delay = 1000;

async function knock(): Promise<void> {
  knocking = 0;
  try {
    const answer = await fetch('/healthz', { cache: 'no-store' });
    if (answer.ok) return reached();
  } catch {
    // Nobody there yet.
  }
  delay = Math.min(delay * 1.6, 8000);
  schedule();
}

function schedule(): void {
  if (knocking === 0) knocking = window.setTimeout(knock, delay);
}

export function reached(): void {
  delay = 1000;
  if (knocking !== 0) window.clearTimeout(knocking);
  knocking = 0;
  if (connection.get() === 'online') return;
  connection.set('online');
  for (const listener of returned) listener();
}

export function unreachable(): void {
  connection.set(navigator.onLine ? 'reconnecting' : 'offline');
  schedule();
}

export function knockNow(): void {
  if (knocking !== 0) window.clearTimeout(knocking);
  knocking = 0;
  delay = 1000;
  void knock();
}

export function watchNetwork(): void {
  window.addEventListener('offline', unreachable);
  window.addEventListener('online', knockNow);
}
