import { useEffect, useRef } from 'react';
import { createChime } from '../../lib/chime.ts';
import { keyOf, type ShownSignal } from '../../stores/signals.ts';

const chime = createChime();
const nameOf = (signal: ShownSignal): string => `${keyOf(signal)} ${signal.revision}`;

/** Makes a sound where one of these signals, or a revision, was not there before; what the page begins with is not new. */
export function useArrivals(signals: readonly ShownSignal[], settled: boolean, sound: boolean): void {
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!settled) return;
    const before = known.current;
    known.current = new Set(signals.map(nameOf));
    if (sound && before && signals.some((signal) => !before.has(nameOf(signal)))) chime();
  }, [signals, settled, sound]);
}

/** What the sound is like, and the press that browsers ask for before they make one. */
export const playSample = (): void => chime();
