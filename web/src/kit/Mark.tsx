// The shapes of the two labels: a full triangle upwards for HIT, an open one downwards for FLOP. They differ
// without any colour.
import type { Label } from '../api/types';

export function Mark({ label, size = 12 }: { label: Label; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" data-label={label}>
      {label === 'HIT' ? (
        <path d="M6 1 L11.4 10.8 H0.6 Z" fill="currentColor" />
      ) : (
        <path
          d="M6 10.4 L1.4 2 H10.6 Z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      )}
    </svg>
  );
}
