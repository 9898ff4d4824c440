// One polite live region for the whole page: stages, votes and results are said once each.
import { createStore, useStore } from './store';

const said = createStore('');
export const announce = (text: string): void => said.set(text);

export function Announcer() {
  const text = useStore(said, (now) => now);
  return (
    <div className="unseen" role="status" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}
