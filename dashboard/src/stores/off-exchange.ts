import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DarkpoolPayload, SentimentRow } from '../../../src/protocol/darkpool.ts';
import type { Api } from '../lib/api.ts';
import type { Frame } from '../lib/frame.ts';
import type { Timers } from '../lib/timers.ts';
import { createKeyedStore, type KeyedStore } from './keyed.ts';

/** Off-exchange totals of one symbol on one day. What the answer over HTTP does not say is null. */
export type Totals = Omit<DarkpoolPayload, 'prints' | 'state'> & {
  readonly prints: number | null;
  readonly state: DarkpoolPayload['state'] | null;
};

export interface OffExchangeStatus {
  /** False until the server has said what there is, by either way, or a request has failed. */
  readonly settled: boolean;
  /** Why the last request failed; null once one has succeeded. */
  readonly error: string | null;
}

export interface OffExchangeStore {
  readonly totals: KeyedStore<Totals>;
  readonly status: StoreApi<OffExchangeStatus>;
  /** Requests the totals now. Does not reject. */
  load(): Promise<void>;
  /** Returns what ends it; may be started again. */
  start(): () => void;
}

export interface OffExchangeOptions {
  readonly api: Pick<Api, 'sentiment'>;
  readonly timers: Timers;
  readonly frame: Frame;
  /** Wants the channel of all symbols, and calls back with what it brings; returns what ends it. */
  follow(take: { onTotals(totals: DarkpoolPayload): void; onConfirmed(): void }): () => void;
  /** Runs it whenever the page fetches over HTTP, for want of a connection. */
  onFetch(work: () => Promise<void>): () => void;
}

/** The amounts come as texts, which are exact to the cent. */
const toTotals = (row: SentimentRow): Totals => ({
  symbol: row.ticker,
  bullish: Number(row.bullish_amount),
  bearish: Number(row.bearish_amount),
  unknown: Number(row.unknown_amount),
  lastUpdated: row.last_updated,
  prints: null,
  state: null,
});

const sameAmounts = (a: Totals, b: Totals): boolean =>
  a.bullish === b.bullish && a.bearish === b.bearish && a.unknown === b.unknown;

/** Totals of every symbol: pushed, and fetched where they are not. */
export function createOffExchangeStore(options: OffExchangeOptions): OffExchangeStore {
  const { api, timers, frame, follow, onFetch } = options;
  const status = createStore<OffExchangeStatus>(() => ({ settled: false, error: null }));
  const totals = createKeyedStore<Totals>({
    frame,
    timers,
    subject: ({ symbol }) => symbol,
    // The same amounts over HTTP: what was pushed knows more of them.
    keep: (before, next) =>
      next.prints === null && sameAmounts(before, next) ? { ...before, receivedAt: next.receivedAt } : next,
  });

  async function load(): Promise<void> {
    const askedAt = timers.now();
    try {
      totals.answer((await api.sentiment()).map(toTotals), askedAt);
      status.setState({ settled: true, error: null });
    } catch (error) {
      status.setState({ settled: true, error: (error as Error).message });
    }
  }

  return {
    totals,
    status,
    load,
    start() {
      // The first values need not wait for the connection.
      void load();
      const ends = [
        follow({
          onTotals: totals.push,
          onConfirmed: () => status.setState({ settled: true, error: null }),
        }),
        onFetch(load),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
