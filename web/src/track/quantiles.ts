// Where a value stands among the tracks that the models learnt from: quantiles at evenly spaced levels, as
// GET /v1/models gives them.

// The share at or below `value`, between the levels by the straight line.
export function shareBelow(value: number, quantiles: number[]): number {
  const last = quantiles.length - 1;
  if (value < quantiles[0]) return 0;
  if (value >= quantiles[last]) return 1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (quantiles[middle] <= value) low = middle;
    else high = middle;
  }
  const step = quantiles[high] - quantiles[low];
  return (low + (step > 0 ? (value - quantiles[low]) / step : 0)) / last;
}

export function quantileAt(share: number, quantiles: number[]): number {
  const at = share * (quantiles.length - 1);
  const low = Math.min(Math.floor(at), quantiles.length - 2);
  return quantiles[low] + (quantiles[low + 1] - quantiles[low]) * (at - low);
}

// The share of tracks in each of `bins` equal steps from `from` to `to`.
export function histogram(quantiles: number[], from: number, to: number, bins: number): number[] {
  const step = (to - from) / bins;
  return Array.from(
    { length: bins },
    (_, i) => shareBelow(from + (i + 1) * step, quantiles) - shareBelow(from + i * step, quantiles),
  );
}
