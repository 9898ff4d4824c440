// A percentage set large: the sign stays smaller than the number.
import { fixed } from './format';
import css from './kit.module.css';

export function BigPercent({ share, digits = 0 }: { share: number; digits?: number }) {
  return (
    <span className={`${css.bigPercent} num`}>
      {fixed(share * 100, digits)}
      <i>%</i>
    </span>
  );
}
