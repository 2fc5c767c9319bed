import { useEffect, useRef } from 'react';

/** Fields take what is typed for themselves; of the inputs only these do not. */
const KEYLESS_INPUTS = ['radio', 'checkbox', 'button', 'submit'];

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !KEYLESS_INPUTS.includes(target.type);
  return target.isContentEditable || target.matches('textarea, select, [role="menu"] *');
}

/**
 * Calls back with the keys pressed anywhere on the page, except where a text is typed, a menu or a dialog is open, or
 * another key is held. A callback that answers true has used the key.
 */
export function useKeys(onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (takesText(event.target) || document.querySelector('dialog[open]')) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
