// Keys around the circle of fifths, in the notations of those who mix: Camelot and Open Key.
export const placeOf = (key: number, mode: number): number =>
  ((((mode === 1 ? key : key + 3) * 7) % 12) + 12) % 12;

export const camelotOf = (key: number, mode: number): string =>
  `${((placeOf(key, mode) + 7) % 12) + 1}${mode === 1 ? 'B' : 'A'}`;

export const openKeyOf = (key: number, mode: number): string =>
  `${placeOf(key, mode) + 1}${mode === 1 ? 'd' : 'm'}`;
