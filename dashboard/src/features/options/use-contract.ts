import { createContext, useContext, useMemo, useRef } from 'react';
import type { ChainPayload, OptionPayload } from '../../../../src/protocol/options.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useLatest } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { Shown } from '../../stores/keyed.ts';
import { newerOf } from './figures.ts';

/** Sums and charts follow at this pace: nobody reads them faster. */
const FIGURES_INTERVAL_MS = 1_000;

/** When the chain arrived, milliseconds since epoch. */
const ReceivedAt = createContext(0);
export const ReceivedAtProvider = ReceivedAt;

/** What is known of a contract of the chain now. */
export function useContract(held: OptionPayload | null): OptionPayload | null {
  const pushed = useLatest('option', held?.contractId ?? null);
  const receivedAt = useContext(ReceivedAt);
  return held && newerOf(held, pushed, receivedAt);
}

/** All contracts of the chain, with what was pushed of them. */
export function useContracts(chain: ChainPayload, receivedAt: number): readonly OptionPayload[] {
  const { states } = useDesk();
  const now = useNow(FIGURES_INTERVAL_MS);
  // Of a row that was scrolled out of sight nothing is pushed any more: sums must not fall back to what came before.
  const seen = useRef(new Map<string, Shown<OptionPayload>>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time decides when what was pushed is read again
  return useMemo(() => {
    const { bySubject } = states.option.getState();
    return chain.contracts.map((held) => {
      const pushed = bySubject[held.contractId] ?? seen.current.get(held.contractId);
      if (pushed) seen.current.set(held.contractId, pushed);
      return newerOf(held, pushed, receivedAt);
    });
  }, [states, chain, receivedAt, now]);
}

/** The time for the ages of all rows: a clock in each of them would render each by itself. */
const Now = createContext(0);
export const NowProvider = Now;
export const useRowNow = (): number => useContext(Now);
