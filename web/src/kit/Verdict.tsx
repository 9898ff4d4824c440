// HIT or FLOP as a word with its shape.
import type { Label } from '../api/types';
import css from './kit.module.css';
import { Mark } from './Mark';

export function LabelWord({ label, size = 11 }: { label: Label; size?: number }) {
  return (
    <span className={`${css.label} ${label === 'HIT' ? css.hit : css.flop}`}>
      <Mark label={label} size={size} /> {label}
    </span>
  );
}
