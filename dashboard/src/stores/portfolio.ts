import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PortfolioPayload, PositionPayload } from '../../../src/protocol/portfolio.ts';
import type { Frame } from '../lib/frame.ts';
import type { Timers } from '../lib/timers.ts';

export interface PortfolioState {
  readonly portfolio: PortfolioPayload | null;
  readonly receivedAt: number;
  /** Why there is none, while there is none. */
  readonly error: string | null;
}

export interface PortfolioStore extends StoreApi<PortfolioState> {
  push(portfolio: PortfolioPayload): void;
  answer(portfolio: PortfolioPayload, askedAt: number): void;
  fail(sentence: string): void;
}

const same = (a: PositionPayload, b: PositionPayload): boolean =>
  (Object.keys(b) as (keyof PositionPayload)[]).every((key) => a[key] === b[key]);

/** Positions that did not change keep their object, so that their rows are not rendered again. */
function keepUnchanged(previous: PortfolioPayload | null, next: PortfolioPayload): PortfolioPayload {
  const held = new Map(previous?.positions.map((position) => [position.symbol, position]));
  const positions = next.positions.map((position) => {
    const before = held.get(position.symbol);
    return before && same(before, position) ? before : position;
  });
  return { ...next, positions };
}

export function createPortfolioStore({ frame, timers }: { frame: Frame; timers: Timers }): PortfolioStore {
  const store = createStore<PortfolioState>(() => ({ portfolio: null, receivedAt: 0, error: null }));
  let waiting: { portfolio: PortfolioPayload; receivedAt: number } | null = null;

  const commit = () => {
    if (!waiting) return;
    const { portfolio, receivedAt } = waiting;
    waiting = null;
    store.setState({
      portfolio: keepUnchanged(store.getState().portfolio, portfolio),
      receivedAt,
      error: null,
    });
  };
  const push = (portfolio: PortfolioPayload) => {
    waiting = { portfolio, receivedAt: timers.now() };
    frame.schedule(commit);
  };

  return {
    ...store,
    push,
    answer(portfolio, askedAt) {
      const heldAt = waiting?.receivedAt ?? store.getState().receivedAt;
      if (heldAt <= askedAt) push(portfolio);
    },
    fail: (error) => store.setState({ error }),
  };
}
