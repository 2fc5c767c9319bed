import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import { type Shown, SINGLE } from '../stores/keyed.ts';
import { useDesk } from './websocket-context.tsx';

export interface PortfolioState {
  readonly portfolio: Shown<PortfolioPayload> | null;
  /** Why the last request failed. */
  readonly error: string | null;
  retry(): void;
}

/** The portfolio, kept coming while mounted. */
export function usePortfolio(): PortfolioState {
  const { states, subscriptions, loadState } = useDesk();
  const { bySubject, error } = useStore(states.portfolio);
  const portfolio = bySubject[SINGLE] ?? null;
  const retry = () => void loadState('portfolio').catch(() => {});
  useEffect(() => {
    // The first values need not wait for the connection.
    if (!states.portfolio.getState().bySubject[SINGLE]) void loadState('portfolio').catch(() => {});
    return subscriptions.channel('portfolio');
  }, [states, subscriptions, loadState]);
  return { portfolio, error, retry };
}
