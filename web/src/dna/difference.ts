// Two tracks over one time: band by band, how much louder the first is than the second, -1..1 of the scale.
import { columnsOf } from './columns';
import { bandCount, bandSeries, type Dna } from './frames';
import type { Span } from './window';

// Rows of bands, low first, each `columns` long; NaN where one of the two has ended.
export function differenceOf(a: Dna, b: Dna, spanA: Span, spanB: Span, columns: number): Float32Array[] {
  return Array.from({ length: bandCount }, (_, band) => {
    const ours = columnsOf(a, bandSeries + band, columns, spanA.from, spanA.to);
    const theirs = columnsOf(b, bandSeries + band, columns, spanB.from, spanB.to);
    return ours.map((value, c) => {
      const share = (c + 0.5) / columns;
      const timeA = spanA.from + share * (spanA.to - spanA.from);
      const timeB = spanB.from + share * (spanB.to - spanB.from);
      return timeA > a.duration || timeB > b.duration ? Number.NaN : value - theirs[c];
    });
  });
}
