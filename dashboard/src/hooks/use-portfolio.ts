import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import { type Shown, SINGLE } from '../stores/keyed.ts';
import { useDesk } from './websocket-context.tsx';

/** The portfolio as far as it is known here. */
export type KnownPortfolio = Shown<PortfolioPayload> | undefined;

export interface PortfolioState {
  readonly portfolio: Shown<PortfolioPayload> | null;
  /** Why the last request failed. */
  readonly error: string | null;
  retry(): void;
}

/** Keeps the portfolio coming while mounted. */
function useUpdates(): void {
  const { subscriptions, loadFirst } = useDesk();
  useEffect(() => {
    // The first values need not wait for the connection.
    void loadFirst('portfolio').catch(() => {});
    return subscriptions.channel('portfolio');
  }, [subscriptions, loadFirst]);
}

/** The portfolio, kept coming while mounted. */
export function usePortfolio(): PortfolioState {
  const { states, loadState } = useDesk();
  const { bySubject, error } = useStore(states.portfolio);
  useUpdates();
  return {
    portfolio: bySubject[SINGLE] ?? null,
    error,
    retry: () => void loadState('portfolio').catch(() => {}),
  };
}

/** What a component needs of the portfolio, kept coming while mounted. Only a change of a figure renders it. */
export function usePortfolioFigures<Figures extends object>(
  read: (portfolio: KnownPortfolio) => Figures,
): Figures {
  const { states } = useDesk();
  useUpdates();
  return useStore(
    states.portfolio,
    useShallow(({ bySubject }) => read(bySubject[SINGLE])),
  );
}
