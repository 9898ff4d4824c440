// Single-key control. Keys belong to the field or control that has the focus first.
import { useLayoutEffect, useRef } from 'react';

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target as HTMLElement | null;
  if (!target?.closest) return false;
  if (target.closest('input:not([type=range]), textarea, select, [contenteditable=true], [role=dialog]'))
    return true;
  const steers = /^(Arrow|Home|End|Page)/.test(event.key);
  if (steers && target.closest('input[type=range], [role=radiogroup], [role=tablist]')) return true;
  return (
    event.key === ' ' &&
    target.closest('button, a, summary, [role=button], [role=radio], [role=tab]') !== null
  );
}

// Names are KeyboardEvent.key, with "Shift+" before where it matters.
export function useKeys(map: KeyMap): void {
  const latest = useRef(map);
  latest.current = map;
  // Before what they steer is seen: whoever sees it may press a key.
  useLayoutEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const shifted = event.shiftKey ? latest.current[`Shift+${event.key}`] : undefined;
      const act = shifted ?? latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener('keydown', heard);
    return () => window.removeEventListener('keydown', heard);
  }, []);
}
