import { useEffect, useRef } from 'react';
import { useSingleKeys } from './single-keys.ts';

/** Fields take what is typed for themselves; of the inputs only these do not. */
const KEYLESS_INPUTS = ['radio', 'checkbox', 'button', 'submit'];

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !KEYLESS_INPUTS.includes(target.type);
  return target.isContentEditable || target.matches('textarea, select, [role="menu"] *');
}

/** `4`, `/`, `Ctrl k`; the command key of a Mac counts as Ctrl. Null for combinations that are nobody's. */
function nameOf(event: KeyboardEvent): string | null {
  if (event.altKey) return null;
  const isControlled = event.ctrlKey || event.metaKey;
  // Fields leave combinations to the page.
  if (!isControlled && takesText(event.target)) return null;
  return isControlled ? `Ctrl ${event.key.toLowerCase()}` : event.key;
}

/**
 * Calls back with the keys pressed anywhere on the page, except where a text is typed, a menu or a dialog is open. A
 * callback that answers true has used the key. Single keys call nothing back where the reader has switched them off.
 */
export function useKeys(onKey: (key: string) => boolean): void {
  const single = useSingleKeys();
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = (key) => (single || key.startsWith('Ctrl ')) && onKey(key);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const name = nameOf(event);
      if (name !== null && latest.current(name)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
