import { describe, expect, it } from 'vitest';
import { bytes, clock, fixed, hertz, percent, signed } from '../src/kit/format';
import { addressIn } from '../src/kit/intake';
import { readSettings } from '../src/kit/settings';
import { sorted } from '../src/kit/sorted';

describe('numbers', () => {
  it('are said to be unknown where they are', () => {
    for (const say of [fixed, signed, percent, clock, bytes, hertz]) {
      expect(say(null)).toBe('unknown');
      expect(say(undefined)).toBe('unknown');
      expect(say(Number.NaN)).toBe('unknown');
    }
  });

  it('read as people write them', () => {
    expect(fixed(-7.84)).toBe('\u22127.8');
    expect(fixed(-0.04)).toBe('0.0');
    expect(signed(0.52)).toBe('+0.5');
    expect(signed(0.04)).toBe('0.0');
    expect(percent(0.345)).toBe('35\u202f%');
    expect(clock(214.6)).toBe('3:35');
    expect(clock(59.99, true)).toBe('0:59.9');
    expect(clock(3725)).toBe('1:02:05');
    expect(bytes(999)).toBe('999 B');
    expect(bytes(3_845_120)).toBe('3.8 MB');
    expect(bytes(999_600)).toBe('1.0 MB');
    expect(hertz(2080.9)).toBe('2.08 kHz');
  });
});

describe('settings', () => {
  it('survive what others wrote', () => {
    expect(readSettings(null).theme).toBe('system');
    expect(readSettings('{{').view).toBe('helix');
    expect(readSettings('{"theme":"neon"}').theme).toBe('system');
    expect(readSettings('{"theme":"dark","view":"ring"}')).toMatchObject({ theme: 'dark', view: 'ring' });
  });
});

describe('addresses', () => {
  it('are http or https, or none', () => {
    expect(addressIn('  https://example.org/a.mp3 ')).toBe('https://example.org/a.mp3');
    for (const not of ['', 'example.org', 'ftp://a', 'javascript:alert(1)', 'https://', 'https://a b']) {
      expect(addressIn(not)).toBeNull();
    }
  });
});

describe('sorting', () => {
  it('puts the unknown last both ways, and keeps the order of equals', () => {
    const rows = [{ n: 2 }, { n: null }, { n: 1 }, { n: 2, second: true }];
    expect(sorted(rows, (row) => row.n, false)).toEqual([rows[2], rows[0], rows[3], rows[1]]);
    expect(sorted(rows, (row) => row.n, true)).toEqual([rows[0], rows[3], rows[2], rows[1]]);
    expect(sorted(['track 10', 'Track 9'], (name) => name, false)).toEqual(['Track 9', 'track 10']);
  });
});
