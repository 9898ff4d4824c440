// The rings of the disc: radii as shares of half its side, the same as in the server's picture, and the way
// back from a pointer to a time.
export interface Band {
  inner: number;
  outer: number;
}

export const rings = {
  rms: { inner: 0.832, outer: 0.971 },
  bands: { inner: 0.552, outer: 0.82 },
  chroma: { inner: 0.241, outer: 0.546 },
  centroid: { inner: 0.11, outer: 0.22 },
} as const satisfies Record<string, Band>;

// Clockwise from the top; x to the right and y down, from the middle.
export function turnOf(x: number, y: number): number {
  const turn = Math.atan2(y, x) / (2 * Math.PI) + 0.25;
  return turn - Math.floor(turn);
}

export function pointAt(turn: number, radius: number): { x: number; y: number } {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
}
