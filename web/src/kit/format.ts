// Numbers as people read them. What is unknown is said to be unknown, never shown as 0 or left blank.
export const unknown = 'unknown';

type Maybe = number | null | undefined;
const known = (value: Maybe): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

export function fixed(value: Maybe, digits = 1): string {
  if (!known(value)) return unknown;
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '\u2212');
}

export function signed(value: Maybe, digits = 1): string {
  if (!known(value)) return unknown;
  return Number(value.toFixed(digits)) > 0 ? `+${fixed(value, digits)}` : fixed(value, digits);
}

export function percent(value: Maybe, digits = 0): string {
  return known(value) ? `${fixed(value * 100, digits)}\u202f%` : unknown;
}

// 214.6 -> "3:35"
export function clock(seconds: Maybe, tenths = false): string {
  if (!known(seconds)) return unknown;
  const total = tenths ? Math.floor(Math.max(0, seconds) * 10) / 10 : Math.round(Math.max(0, seconds));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = (total % 60).toFixed(tenths ? 1 : 0).padStart(tenths ? 4 : 2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

export function bytes(value: Maybe): string {
  if (!known(value)) return unknown;
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB'];
  let size = value / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function count(value: Maybe): string {
  return known(value) ? value.toLocaleString('en-GB') : unknown;
}

export function when(timestamp: string | null): string {
  if (!timestamp) return unknown;
  return new Date(timestamp).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function hertz(value: Maybe): string {
  if (!known(value)) return unknown;
  return value >= 1000 ? `${fixed(value / 1000, 2)} kHz` : `${fixed(value, 0)} Hz`;
}
