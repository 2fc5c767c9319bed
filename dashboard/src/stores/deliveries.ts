import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SignalDelivery } from '../../../src/protocol/signal-reports.ts';
import type { Api } from '../lib/api.ts';
import { every, type Timers } from '../lib/timers.ts';

/** Replicas write their counts within two seconds. */
export const DELIVERIES_INTERVAL_MS = 5_000;
/** As many as one looks through; the route has the rest. */
const LISTED = 30;

export interface DeliveriesState {
  /** Newest first; null before the first answer. */
  readonly deliveries: readonly SignalDelivery[] | null;
  /** Why the last request failed; null where it did not. */
  readonly problem: string | null;
}

export interface DeliveriesStore extends StoreApi<DeliveriesState> {
  load(): Promise<void>;
  /** Loads, and loads again now and then. Returns what ends it; may be started again. */
  start(): () => void;
}

/** How far signals were delivered. For administrators. */
export function createDeliveriesStore({
  api,
  timers,
}: {
  api: Pick<Api, 'deliveries'>;
  timers: Timers;
}): DeliveriesStore {
  const store = createStore<DeliveriesState>(() => ({ deliveries: null, problem: null }));

  async function load(): Promise<void> {
    try {
      const { deliveries } = await api.deliveries({ limit: LISTED });
      store.setState({ deliveries, problem: null });
    } catch (error) {
      store.setState({ problem: (error as Error).message });
    }
  }

  return {
    ...store,
    load,
    start() {
      void load();
      return every(timers, DELIVERIES_INTERVAL_MS, () => void load());
    },
  };
}
