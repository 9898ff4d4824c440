// The rows of the batch: uploads that have no analysis yet, and analyses, as one kind of thing.
import type { Live } from '../api/live';
import type { Analysis, Label } from '../api/types';
import type { Upload } from '../api/uploads';
import { bytes, clock, percent } from '../kit/format';
import { type Sortable, sorted } from '../kit/sorted';
import { titleOf } from '../kit/words';

export type Status = 'sending' | 'waiting' | 'working' | 'done' | 'failed';

export interface Row {
  key: string;
  name: string;
  status: Status;
  detail: string; // what is happening, or what went wrong
  analysis: Analysis | null;
  upload: Upload | null;
}

export const columns = {
  name: { label: 'Track', value: (row: Row): Sortable => row.name },
  verdict: { label: 'Verdict', value: (row: Row): Sortable => row.analysis?.result?.verdict?.votes_for_hit },
  probability: {
    label: 'Probability',
    value: (row: Row): Sortable => row.analysis?.result?.verdict?.probability,
  },
  tempo: { label: 'Tempo', value: (row: Row): Sortable => row.analysis?.result?.features.tempo_bpm },
  key: { label: 'Key', value: (row: Row): Sortable => camelotOrder(row.analysis?.result?.features.camelot) },
  lufs: { label: 'LUFS', value: (row: Row): Sortable => row.analysis?.result?.features.integrated_lufs },
  energy: { label: 'Energy', value: (row: Row): Sortable => row.analysis?.result?.estimates.energy?.value },
  duration: { label: 'Length', value: (row: Row): Sortable => row.analysis?.result?.audio.duration_s },
} as const;
export type Column = keyof typeof columns;

// 8A before 8B before 9A: the order one mixes in.
function camelotOrder(code: string | null | undefined): number | null {
  if (!code) return null;
  return Number.parseInt(code, 10) * 2 + (code.endsWith('B') ? 1 : 0);
}

export function rowOfUpload(upload: Upload): Row {
  const failed = upload.state === 'failed' || upload.state === 'cancelled';
  return {
    key: `upload-${upload.key}`,
    name: upload.name,
    status: failed ? 'failed' : upload.state === 'sending' ? 'sending' : 'waiting',
    detail: failed
      ? (upload.trouble?.title ?? 'Cancelled')
      : upload.state === 'sending'
        ? `sending${upload.total ? `, ${percent(upload.sent / upload.total)}` : ''}`
        : 'waiting to be sent',
    analysis: null,
    upload,
  };
}

export function rowOfAnalysis(analysis: Analysis, live: Live): Row {
  const base = { key: analysis.id, name: titleOf(analysis.name, analysis.result), analysis, upload: null };
  if (analysis.state === 'done') return { ...base, status: 'done', detail: '' };
  if (analysis.state === 'queued' || analysis.state === 'running') {
    const detail =
      live.stage === 'queued'
        ? live.position === null
          ? 'queued'
          : `place ${live.position} in line`
        : live.stage === 'fetching' && live.fetched
          ? `fetching, ${bytes(live.fetched.bytes)}${live.fetched.total === null ? '' : ` of ${bytes(live.fetched.total)}`}`
          : live.stage === 'measuring' && live.doneS !== null
            ? `measuring, ${clock(live.doneS)}${live.knownS === null ? '' : ` of ${clock(live.knownS)}`}`
            : live.stage;
    return { ...base, status: 'working', detail };
  }
  return { ...base, status: 'failed', detail: analysis.error?.title ?? analysis.state };
}

export interface Wish {
  text: string;
  label: Label | 'any' | 'failed';
  by: Column;
  down: boolean;
}

export function arranged(rows: Row[], { text, label, by, down }: Wish): Row[] {
  const needle = text.trim().toLowerCase();
  const kept = rows.filter(
    (row) =>
      row.name.toLowerCase().includes(needle) &&
      (label === 'any' ||
        (label === 'failed' ? row.status === 'failed' : row.analysis?.result?.verdict?.label === label)),
  );
  return sorted(kept, columns[by].value, down);
}

export function tally(rows: Row[]): string {
  const count = (status: Status) => rows.filter((row) => row.status === status).length;
  const open = count('sending') + count('waiting') + count('working');
  const parts = [`${count('done')} of ${rows.length} done`];
  if (open > 0) parts.push(`${open} on their way`);
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  return parts.join(', ');
}
