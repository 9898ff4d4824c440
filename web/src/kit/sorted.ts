// Sorted by one value of each; what is unknown stands last, whatever the direction.
export type Sortable = number | string | null | undefined;

export function sorted<T>(rows: T[], value: (row: T) => Sortable, down: boolean): T[] {
  return rows
    .map((row, index) => ({ row, index, key: value(row) ?? null }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) {
        return a.key === b.key ? a.index - b.index : a.key === null ? 1 : -1;
      }
      const order =
        typeof a.key === 'string' && typeof b.key === 'string'
          ? a.key.localeCompare(b.key, undefined, { numeric: true, sensitivity: 'base' })
          : Number(a.key) - Number(b.key);
      return (down ? -order : order) || a.index - b.index;
    })
    .map(({ row }) => row);
}
