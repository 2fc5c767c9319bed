import { useEffect, useRef } from 'react';
import { createChime } from '../../lib/chime.ts';
import { keyOf, type ShownSignal } from '../../stores/signals.ts';

const chime = createChime();
const nameOf = (signal: ShownSignal): string => `${keyOf(signal)} ${signal.revision}`;

export interface Arrivals {
  /** Every signal that is known here. */
  readonly signals: readonly ShownSignal[];
  /** Those of them that are to be heard. */
  readonly heard: readonly ShownSignal[];
  /** Whether the list has been answered once. */
  readonly settled: boolean;
  readonly sound: boolean;
}

/**
 * Makes a sound where a signal, or a revision, comes that is newer than all that was known of its stream. What the page begins
 * with, what a source that was muted has sent, and what another tier brings are not new.
 */
export function useArrivals({ signals, heard, settled, sound }: Arrivals): void {
  const known = useRef<readonly ShownSignal[] | null>(null);
  useEffect(() => {
    if (!settled) return;
    const before = known.current;
    known.current = signals;
    if (sound && before && heard.some((signal) => isNew(signal, before))) chime();
  }, [signals, heard, settled, sound]);
}

function isNew(signal: ShownSignal, before: readonly ShownSignal[]): boolean {
  if (before.some((one) => nameOf(one) === nameOf(signal))) return false;
  const ofStream = before.filter(({ stream, epoch }) => stream === signal.stream && epoch === signal.epoch);
  return signal.live || (ofStream.length > 0 && ofStream.every(({ seq }) => seq < signal.seq));
}

/** What the sound is like, and the press that browsers ask for before they make one. */
export const playSample = (): void => chime();
