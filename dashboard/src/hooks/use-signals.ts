import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { ShownSignal } from '../stores/signals.ts';
import { useDesk } from './websocket-context.tsx';

export interface UseSignalsOptions {
  /** Most signals of the answer; the page keeps the newest 200 of each stream. */
  readonly limit?: number;
  readonly premiumOnly?: boolean;
  /** Whether they are pushed over the page's connection. */
  readonly useWebSocket?: boolean;
  /** Between requests while they are not pushed, milliseconds; while they are, it is ten times as long. */
  readonly pollInterval?: number;
}

export interface SignalsResult {
  /** Newest first, each in its newest revision and once. */
  readonly signals: readonly ShownSignal[];
  readonly isLoading: boolean;
  /** A sentence for the screen. What was known stays beside it. */
  readonly error: string | null;
}

const DEFAULT_LIMIT = 10;
const DEFAULT_POLL_MS = 30_000;
/** More often would only cost. */
const LEAST_POLL_MS = 1_000;

/** Signals that are open to the reader's tier, kept coming while mounted. */
export function useSignals({
  limit = DEFAULT_LIMIT,
  premiumOnly = false,
  useWebSocket = true,
  pollInterval = DEFAULT_POLL_MS,
}: UseSignalsOptions = {}): SignalsResult {
  const { signals: lane } = useDesk();
  const interval = pollInterval >= LEAST_POLL_MS ? pollInterval : LEAST_POLL_MS;
  useEffect(() => lane.want({ useWebSocket, pollInterval: interval }), [lane, useWebSocket, interval]);
  const { signals, settled, error } = useStore(lane.store);
  const shown = useMemo(
    () => signals.filter(({ premium }) => premium || !premiumOnly).slice(0, limit),
    [signals, premiumOnly, limit],
  );
  return { signals: shown, isLoading: !settled, error };
}
