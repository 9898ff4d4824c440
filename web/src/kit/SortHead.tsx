// The head of a column that can be sorted by.
import { ArrowDown, ArrowUp } from 'lucide-react';

export interface Sorting<C extends string> {
  by: C;
  down: boolean;
}

interface Props<C extends string> {
  column: C;
  label: string;
  sorting: Sorting<C>;
  onSort: (next: Sorting<C>) => void;
  className?: string;
}

export function SortHead<C extends string>({ column, label, sorting, onSort, className }: Props<C>) {
  const mine = sorting.by === column;
  const Icon = sorting.down ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={mine ? (sorting.down ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" onClick={() => onSort({ by: column, down: mine ? !sorting.down : false })}>
        {label} {mine && <Icon size={12} aria-hidden="true" style={{ display: 'inline' }} />}
      </button>
    </th>
  );
}
