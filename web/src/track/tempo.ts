// How a tempo candidate relates to the one that was chosen.
export function relation(bpm: number, chosen: number): string | null {
  const ratio = bpm / chosen;
  const near = (wanted: number) => Math.abs(ratio / wanted - 1) < 0.04;
  if (near(2)) return 'double';
  if (near(0.5)) return 'half';
  if (near(3)) return 'triple';
  if (near(1 / 3)) return 'a third';
  if (near(1.5)) return 'three halves';
  if (near(2 / 3)) return 'two thirds';
  return null;
}

export function sureness(confidence: number | null): string {
  if (confidence === null) return 'confidence unknown';
  if (confidence >= 0.8) return 'sure';
  if (confidence >= 0.5) return 'fairly sure';
  return 'not sure';
}
