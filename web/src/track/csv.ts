// One track, or many, as a table with stable columns: new ones are only ever added at the end.
import type { Analysis } from '../api/types';

type Cell = string | number | null | undefined;

const columns: [string, (analysis: Analysis) => Cell][] = [
  ['id', (a) => a.id],
  ['name', (a) => a.name],
  ['state', (a) => a.state],
  ['created_at', (a) => a.created_at],
  ['label', (a) => a.result?.verdict?.label ?? a.summary?.label],
  ['tier', (a) => a.result?.verdict?.tier],
  ['votes_for_hit', (a) => a.result?.verdict?.votes_for_hit ?? a.summary?.votes_for_hit],
  ['probability', (a) => a.result?.verdict?.probability ?? a.summary?.probability],
  ['probability_low', (a) => a.result?.verdict?.probability_interval[0]],
  ['probability_high', (a) => a.result?.verdict?.probability_interval[1]],
  ['tempo_bpm', (a) => a.result?.features.tempo_bpm],
  ['tempo_confidence', (a) => a.result?.features.tempo_confidence],
  ['key_name', (a) => a.result?.features.key_name],
  ['camelot', (a) => a.result?.features.camelot],
  ['open_key', (a) => a.result?.features.open_key],
  ['key_confidence', (a) => a.result?.features.key_confidence],
  ['integrated_lufs', (a) => a.result?.features.integrated_lufs],
  ['loudness_range_lu', (a) => a.result?.features.loudness_range_lu],
  ['true_peak_dbtp', (a) => a.result?.features.true_peak_dbtp],
  ['rms', (a) => a.result?.features.rms],
  ['spectral_centroid_hz', (a) => a.result?.features.spectral_centroid_hz],
  ['onset_rate_hz', (a) => a.result?.features.onset_rate_hz],
  ['duration_s', (a) => a.result?.audio.duration_s ?? a.summary?.duration_s],
  ['energy_estimate', (a) => a.result?.estimates.energy?.value],
  ['loudness_db_estimate', (a) => a.result?.estimates.loudness_db?.value],
  ['error', (a) => a.error?.type],
  ['sha256', (a) => a.source.sha256],
];

// A cell that a spreadsheet would take for a formula is made text (CWE-1236).
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(analyses: Analysis[]): string {
  const head = columns.map(([name]) => name).join(',');
  const rows = analyses.map((analysis) => columns.map(([, read]) => cell(read(analysis))).join(','));
  return `${[head, ...rows].join('\r\n')}\r\n`;
}
