// An address that named a list: its tracks, and the way to take all of them.
import { ListMusic } from 'lucide-react';
import type { Address } from '../api/entries';
import kit from '../kit/kit.module.css';
import css from './analyse.module.css';
import { useIntake } from './useIntake';

interface Props {
  entries: Address[]; // none: nothing is shown
}

export function TakeAll({ entries }: Props) {
  const { takeAddresses } = useIntake();
  if (entries.length === 0) return null;
  return (
    <button type="button" className={kit.button} onClick={() => takeAddresses(entries)}>
      <ListMusic size={18} aria-hidden="true" /> Analyse all {entries.length} as a batch
    </button>
  );
}

export function Playlist({ entries }: Props) {
  const { takeAddresses } = useIntake();
  if (entries.length === 0) return null;
  return (
    <div className={css.playlist} data-testid="playlist">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled, by keyboard too */}
      <ol tabIndex={0} aria-label="Tracks of the list">
        {entries.map(({ url, title }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list may hold a track twice, and never changes
          <li key={i}>
            <button type="button" onClick={() => takeAddresses([{ url, title }])}>
              {title || url}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
