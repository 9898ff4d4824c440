// Asks before something is deleted for good.
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useState } from 'react';
import { deleteAnalysis } from '../api/generated/sdk.gen';
import { unwrap } from '../api/http';
import { troubleIn } from '../api/problem';
import { analysisKey, queries } from '../api/queries';
import { discard } from '../api/shelf';
import { announce } from '../kit/announce';
import dialog from '../kit/dialog.module.css';
import kit from '../kit/kit.module.css';

interface Props {
  id: string;
  name: string;
  onClose: (gone: boolean) => void;
}

export default function DeleteDialog({ id, name, onClose }: Props) {
  const [trouble, setTrouble] = useState('');
  const remove = async () => {
    try {
      await unwrap(deleteAnalysis({ path: { id } }));
    } catch (error) {
      const { type, title } = troubleIn(error);
      if (type !== 'not-found') return setTrouble(title);
    }
    void discard(id);
    queries.removeQueries({ queryKey: analysisKey(id) });
    void queries.invalidateQueries({ queryKey: ['history'] });
    announce(`${name} was deleted.`);
    onClose(true);
  };
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={dialog.backdrop} />
        <AlertDialog.Popup className={dialog.popup}>
          <AlertDialog.Title>Delete it for good?</AlertDialog.Title>
          <AlertDialog.Description>
            {name}: its result and its picture on the server, and the copy of the sound in this browser.
          </AlertDialog.Description>
          {trouble && <p role="alert">{trouble}</p>}
          <div className={kit.row}>
            <button type="button" className={kit.button} onClick={() => void remove()}>
              Delete
            </button>
            <AlertDialog.Close className={kit.quiet}>Keep it</AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
