// What one can take away: a picture, the data, a link.
import { Braces, Columns2, FileSpreadsheet, Image, Printer, Share2, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Analysis, Track } from '../api/types';
import { announce } from '../kit/announce';
import { download, fileName } from '../kit/download';
import { useKeys } from '../kit/keys';
import { titleOf } from '../kit/words';
import { toCsv } from './csv';
import css from './track.module.css';

const DeleteDialog = lazy(() => import('../history/DeleteDialog'));

interface Props {
  analysis: Analysis;
  track: Track;
  dnaBytes: ArrayBuffer | null;
}

export function Actions({ analysis, track, dnaBytes }: Props) {
  const [, go] = useLocation();
  const [deleting, setDeleting] = useState(false);
  const title = titleOf(analysis.name, track);
  useKeys({ c: () => go(`/compare?a=${analysis.id}`) });

  const card = async (): Promise<Blob | null> => {
    if (!dnaBytes) return null;
    const { makeCard } = await import('./card');
    return makeCard(dnaBytes, title, track);
  };
  const saveCard = async () => {
    const blob = await card();
    if (!blob) return announce('There is no picture to save.');
    download(fileName(title, 'png'), blob);
    announce('The picture was saved.');
  };
  const share = async () => {
    const blob = await card();
    const file = blob && new File([blob], fileName(title, 'png'), { type: 'image/png' });
    const withPicture = { title, files: file ? [file] : [] };
    try {
      await navigator.share(
        file && navigator.canShare?.(withPicture) ? withPicture : { title, url: window.location.href },
      );
    } catch {
      // Closed without sharing.
    }
  };
  return (
    <div className={`${css.actions} no-print`}>
      {'share' in navigator && (
        <button type="button" onClick={() => void share()}>
          <Share2 size={16} aria-hidden="true" /> Share
        </button>
      )}
      <button type="button" onClick={() => void saveCard()} disabled={!dnaBytes} data-testid="card">
        <Image size={16} aria-hidden="true" /> Picture
      </button>
      <button
        type="button"
        onClick={() =>
          download(fileName(title, 'json'), JSON.stringify(analysis.result, null, 2), 'application/json')
        }
      >
        <Braces size={16} aria-hidden="true" /> JSON
      </button>
      <button type="button" onClick={() => download(fileName(title, 'csv'), toCsv([analysis]), 'text/csv')}>
        <FileSpreadsheet size={16} aria-hidden="true" /> CSV
      </button>
      <button type="button" onClick={() => window.print()}>
        <Printer size={16} aria-hidden="true" /> Print
      </button>
      <Link href={`/compare?a=${analysis.id}`}>
        <Columns2 size={16} aria-hidden="true" /> Compare
      </Link>
      <button type="button" onClick={() => setDeleting(true)}>
        <Trash2 size={16} aria-hidden="true" /> Delete
      </button>
      {deleting && (
        <Suspense>
          <DeleteDialog
            id={analysis.id}
            name={analysis.name}
            onClose={(gone) => {
              setDeleting(false);
              if (gone) go('/history');
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
