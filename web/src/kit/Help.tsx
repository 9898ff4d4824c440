// The keys, and where the rest is explained.
import { Dialog } from '@base-ui/react/dialog';
import dialog from './dialog.module.css';
import css from './kit.module.css';

const keys: [string[], string][] = [
  [['Space'], 'Play or pause'],
  [['←', '→'], 'Back or on by 5 seconds'],
  [['Shift ←', 'Shift →'], 'Back or on by 1 second'],
  [['Home', 'End'], 'To the beginning or the end'],
  [['[', ']'], 'Begin and end of a loop; again to clear it'],
  [['+', '−'], 'Nearer or further'],
  [['1', '2', '3'], 'Helix, ring, lanes'],
  [['C'], 'Compare this track'],
  [['?'], 'This list'],
];

export default function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={dialog.popup}>
          <Dialog.Title>Keys</Dialog.Title>
          <dl className={dialog.keys}>
            {keys.map(([names, what]) => (
              <div key={what}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
          <p className="soft small">
            Files can be dropped or pasted on every page; a folder or several files become a batch. On the
            picture: drag to scrub, wheel or pinch to zoom, Shift-drag to loop.
          </p>
          <Dialog.Close className={css.button}>Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
