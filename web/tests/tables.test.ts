import { describe, expect, it } from 'vitest';
import { unheard } from '../src/api/live';
import { arranged, rowOfAnalysis, tally } from '../src/batch/rows';
import { lines } from '../src/compare/facts';
import { confusionOf, median, readMetrics } from '../src/lab/metrics';
import { toCsv } from '../src/track/csv';
import { analysis } from './analysis_helper';

describe('CSV', () => {
  it('has stable columns and quotes what needs it', () => {
    const text = toCsv([{ ...analysis(), name: 'a, "b"' }, analysis('AnalysisFailed')]);
    const [head, first, second] = text.split('\r\n');
    expect(head.startsWith('id,name,state,created_at,label,tier,votes_for_hit,probability,')).toBe(true);
    expect(first).toContain('"a, ""b"""');
    expect(first).toContain('A minor,8A,1m');
    expect(second).toContain('unsupported-format');
    expect(first.split(',').length - 1).toBeGreaterThanOrEqual(head.split(',').length - 1);
  });

  it('hands no formula to a spreadsheet', () => {
    expect(toCsv([{ ...analysis(), name: '=HYPERLINK("http://evil")' }])).toContain(
      `"'=HYPERLINK(""http://evil"")"`,
    );
  });
});

describe('the batch', () => {
  const done = rowOfAnalysis(analysis(), unheard);
  const failed = rowOfAnalysis(analysis('AnalysisFailed'), unheard);
  const queued = rowOfAnalysis(analysis('AnalysisQueued'), { ...unheard, position: 3 });

  it('says how far it is', () => {
    expect(tally([done, failed, queued])).toBe('1 of 3 done, 1 on their way, 1 failed');
    expect(queued.detail).toBe('place 3 in line');
    expect(failed.detail).toBe('This is not audio that can be read here.');
  });

  it('sorts and filters', () => {
    const wish = { text: '', label: 'any', by: 'probability', down: true } as const;
    expect(arranged([failed, done], wish)).toEqual([done, failed]);
    expect(arranged([failed, done], { ...wish, label: 'failed' })).toEqual([failed]);
    expect(arranged([failed, done], { ...wish, text: 'NEON' })).toEqual([done]);
  });
});

describe('comparing', () => {
  it('knows what differs and what is unknown', () => {
    const a = analysis().result;
    const b = analysis().result;
    if (!a || !b) throw new Error('no result');
    expect(lines(a, b).every((line) => !line.differs)).toBe(true);
    b.features.tempo_bpm = 128;
    b.features.integrated_lufs = null;
    const other = lines(a, b);
    expect(other.find((line) => line.name === 'Tempo')).toMatchObject({
      differs: true,
      apart: '+4.0 BPM',
      b: '128.0 BPM',
    });
    expect(other.find((line) => line.name === 'Loudness')).toMatchObject({ differs: true, b: 'unknown' });
  });
});

describe('the lab', () => {
  it('works the confusion out under the balanced prior', () => {
    const confusion = confusionOf({ recall: 0.6, precision: 0.75 });
    expect(confusion?.truePositive).toBeCloseTo(0.3);
    expect(confusion?.falsePositive).toBeCloseTo(0.1);
    expect(confusion?.trueNegative).toBeCloseTo(0.4);
    expect(confusionOf({ recall: 1, precision: 0 })).toBeNull();
    expect(confusionOf({ recall: 1, precision: 0.2 })).toBeNull();
  });

  it('shows nothing of a bundle it does not understand', () => {
    expect(readMetrics(null)).toBeNull();
    expect(readMetrics({ protocol: 'grouped' })).toBeNull();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([])).toBeNull();
  });
});
