import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ErrorCode, TradecastError } from '../../../src/protocol/errors.ts';
import type { ChainPayload, ExpirationPayload } from '../../../src/protocol/options.ts';
import type { Api } from '../lib/api.ts';
import type { Timers } from '../lib/timers.ts';

/**
 * Contracts in sight are pushed. The rest of the chain only counts in its sums and its two charts, which a minute does
 * not change much.
 */
export const CHAIN_INTERVAL_MS = 60_000;
/** A reader who steps through the expiries requests the one of the last step. */
const SETTLE_MS = 150;
/** Wait after a failure that names no wait of its own. */
const RETRY_MS = 5_000;
/** Failures that time mends. */
const PASSING: readonly ErrorCode[] = ['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL'];

/** Why the last request failed. */
export interface ChainProblem {
  readonly code: ErrorCode;
  /** The server's sentence. */
  readonly message: string;
}

/** Whether the same request may succeed later. */
export const isPassing = ({ code }: ChainProblem): boolean => PASSING.includes(code);

export interface ChainState {
  /** Null before the first answer; empty for an underlying without contracts. */
  readonly expirations: readonly ExpirationPayload[] | null;
  /** YYYY-MM-DD, one of `expirations`. */
  readonly expiry: string | null;
  /** Of `expiry`; null before its first answer, kept while later requests fail. */
  readonly chain: ChainPayload | null;
  /** When `chain` arrived, milliseconds since epoch; 0 before. */
  readonly receivedAt: number;
  readonly problem: ChainProblem | null;
}

export interface ChainStore extends StoreApi<ChainState> {
  choose(expiry: string): void;
  reload(): void;
  /** Loads, and loads again now and then. Returns what ends it; may be started again. */
  start(): () => void;
}

export interface ChainOptions {
  readonly api: Pick<Api, 'expirations' | 'chain'>;
  readonly timers: Timers;
  readonly underlying: string;
  /** The expiry to open with; the nearest where it is not listed. */
  readonly expiry?: string | undefined;
}

const UNEXPECTED: ChainProblem = {
  code: 'INTERNAL',
  message: 'The server had a problem. Try again in a moment.',
};

const listed = (expirations: readonly ExpirationPayload[], wanted: string | null): string | null =>
  (expirations.find(({ expiry }) => expiry === wanted) ?? expirations[0])?.expiry ?? null;

/** The expiries of one underlying and the chain of the chosen one. */
export function createChainStore({ api, timers, underlying, expiry: opened }: ChainOptions): ChainStore {
  const store = createStore<ChainState>(() => ({
    expirations: null,
    expiry: opened ?? null,
    chain: null,
    receivedAt: 0,
    problem: null,
  }));
  /** Counts loads: the answer to any but the newest is dropped. */
  let turn = 0;
  let cancel = () => {};

  const next = (ms: number) => {
    cancel();
    cancel = timers.after(ms, () => void load());
  };

  function failed(error: unknown) {
    const problem = error instanceof TradecastError ? error : UNEXPECTED;
    store.setState({ problem: { code: problem.code, message: problem.message } });
    const named = error instanceof TradecastError ? error.retryAfterMs : undefined;
    if (isPassing(problem)) next(Math.max(named ?? 0, RETRY_MS));
  }

  async function load() {
    cancel();
    turn += 1;
    const own = turn;
    try {
      const expirations = await api.expirations(underlying);
      if (own !== turn) return;
      const before = store.getState().expiry;
      const expiry = listed(expirations, before);
      store.setState({ expirations, expiry, ...(expiry === before ? {} : { chain: null }) });
      const chain = expiry === null ? null : await api.chain(underlying, { expiry });
      if (own !== turn) return;
      store.setState({ chain, receivedAt: timers.now(), problem: null });
      next(CHAIN_INTERVAL_MS);
    } catch (error) {
      if (own === turn) failed(error);
    }
  }

  return {
    ...store,
    reload: () => void load(),
    choose(expiry) {
      if (expiry === store.getState().expiry) return;
      turn += 1;
      store.setState({ expiry, chain: null, receivedAt: 0, problem: null });
      next(SETTLE_MS);
    },
    start() {
      void load();
      return () => {
        turn += 1;
        cancel();
      };
    },
  };
}
