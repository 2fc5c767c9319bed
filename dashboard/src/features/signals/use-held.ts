import { type FocusEvent, type RefCallback, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { keyOf, type ShownSignal } from '../../stores/signals.ts';

export interface Held {
  readonly signals: readonly ShownSignal[];
  /** How many came since the reader began to read. */
  readonly waiting: number;
  /** Lists them. */
  release(): void;
  /** For the element around the list. */
  readonly around: {
    readonly ref: RefCallback<HTMLElement>;
    onPointerEnter(): void;
    onPointerLeave(): void;
    onFocus(): void;
    onBlur(event: FocusEvent): void;
  };
}

/** Whether the pointer or the focus is in an element, and what the element needs for it. */
function useAttention() {
  const element = useRef<HTMLElement>(null);
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  // No event says that what is taken from the page has neither of them any more.
  const ref = useCallback((present: HTMLElement | null) => {
    element.current = present;
    if (present !== null) return;
    setPointer(false);
    setFocus(false);
  }, []);
  useEffect(() => {
    if (focus && !element.current?.contains(document.activeElement)) setFocus(false);
  });
  return {
    has: pointer || focus,
    around: {
      ref,
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
        setFocus(currentTarget.contains(relatedTarget)),
    },
  };
}

/**
 * Keeps the list in its place while the pointer or the focus is in it: a row that moves under the pointer leads to the
 * wrong order. Signals that come meanwhile wait; edits show at once, where their signal stands. `choice` is what the reader
 * asked the list for: another one is answered at once. A held row goes only where the reader may not see it any more.
 */
export function useHeld(
  listed: readonly ShownSignal[],
  choice: string,
  mayShow: (signal: ShownSignal) => boolean,
): Held {
  const { has: isHeld, around } = useAttention();
  const [order, setOrder] = useState<readonly ShownSignal[] | null>(null);
  const [asked, setAsked] = useState(choice);
  if (asked !== choice) {
    setAsked(choice);
    setOrder(null);
  } else if (isHeld && order === null) setOrder(listed);
  else if (!isHeld && order !== null) setOrder(null);

  const signals = useMemo(() => {
    if (order === null) return listed;
    const present = new Map(listed.map((signal) => [keyOf(signal), signal]));
    return order.map((signal) => present.get(keyOf(signal)) ?? signal).filter(mayShow);
  }, [listed, order, mayShow]);

  return {
    signals,
    waiting: useMemo(() => missingOf(listed, signals), [listed, signals]),
    release: () => setOrder(listed),
    around,
  };
}

function missingOf(listed: readonly ShownSignal[], shown: readonly ShownSignal[]): number {
  if (listed === shown) return 0;
  const keys = new Set(shown.map(keyOf));
  return listed.filter((signal) => !keys.has(keyOf(signal))).length;
}
