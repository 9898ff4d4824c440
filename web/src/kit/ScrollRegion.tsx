// A part of the page that scrolls sideways or down by itself: named, and reachable by keyboard.
import type { ReactNode } from 'react';
import css from './kit.module.css';

interface Props {
  label: string;
  className?: string;
  children: ReactNode;
}

export function ScrollRegion({ label, className = css.scroll, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a pointer
    <section className={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
