// Files and addresses from anywhere on the page: one goes to its own page when the server has it, many become
// a batch at once.
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { Address } from '../api/entries';
import { sendAddresses, sendFiles } from '../api/uploads';
import { announce } from '../kit/announce';
import { createStore } from '../kit/store';

// The upload that the start page shows.
export const shown = createStore<number | null>(null);
// Why nothing of what was dropped or chosen is sent.
export const refusal = createStore('');

export function useIntake() {
  const [, go] = useLocation();
  return useMemo(
    () => ({
      takeFiles(files: File[]) {
        refusal.set(files.length === 0 ? 'There is no audio file in that.' : '');
        if (files.length === 0) {
          announce(refusal.get());
          go('/');
          return;
        }
        const keys = sendFiles(files);
        if (files.length === 1) {
          shown.set(keys[0]);
          announce(`Sending ${files[0].name}`);
          go('/');
        } else {
          announce(`Sending ${files.length} files`);
          go('/batch');
        }
      },
      takeAddresses(addresses: Address[]) {
        refusal.set('');
        const keys = sendAddresses(addresses);
        if (addresses.length === 1) {
          shown.set(keys[0]);
          announce('Sending the address');
          go('/');
        } else {
          announce(`Sending ${addresses.length} addresses`);
          go('/batch');
        }
      },
    }),
    [go],
  );
}
