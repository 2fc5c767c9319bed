import { createContext, type ReactNode, useContext, useState } from 'react';
import { createPortal } from 'react-dom';

const Slot = createContext<HTMLElement | null>(null);

const LOOK =
  'sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-surface focus:px-3 focus:py-2';

/** The place of the skip links, before everything else that has the focus in turn. */
export function SkipLinks({ children }: { children: ReactNode }) {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <Slot value={slot}>
      <div ref={setSlot} />
      {children}
    </Slot>
  );
}

/** A shortcut of a page. A link would put its target into the address, where the page is. */
export function SkipLink({ label, onSkip }: { label: string; onSkip: () => void }) {
  const slot = useContext(Slot);
  return (
    slot &&
    createPortal(
      <button type="button" className={LOOK} onClick={onSkip}>
        {label}
      </button>,
      slot,
    )
  );
}
