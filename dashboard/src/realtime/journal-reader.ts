import type { JournalEntryPayload, TradesPage } from '../../../src/protocol/events.ts';
import { MAX_TRADES_PAGE } from '../../../src/protocol/limits.ts';
import { createBackoff } from '../lib/backoff.ts';
import type { Timers } from '../lib/timers.ts';
import type { Sequencer } from './sequencer.ts';

/** Read of the past by a fresh page, and at a time when catching up. Orders take most of it. */
const PAGE = MAX_TRADES_PAGE;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

export interface JournalReaderOptions {
  readonly timers: Timers;
  readonly order: Sequencer;
  trades(range: { after?: number; limit?: number }): Promise<TradesPage>;
  /** The numbering starts anew: forget all and show these, oldest first. */
  onReset(entries: readonly JournalEntryPayload[]): void;
  onLoadFailed(): void;
}

export interface JournalReader {
  /** Starts over from the journal's newest page. Rejects where the server cannot be reached, as `catchUp` does. */
  load(): Promise<void>;
  /** Reads what is missing. */
  catchUp(): Promise<void>;
  stop(): void;
}

/** Reads the journal over HTTP into the order of events; a read that fails is repeated. */
export function createJournalReader(options: JournalReaderOptions): JournalReader {
  const { timers, order, trades, onReset, onLoadFailed } = options;
  const retry = createBackoff(timers, RETRY_MS);
  let working: Promise<void> | null = null;
  let stopped = false;

  /** Only one read at a time; a caller meanwhile gets the same answer. */
  function alone(work: () => Promise<void>): Promise<void> {
    working ??= work().finally(() => {
      working = null;
    });
    return working;
  }
  const again = (work: () => Promise<void>) => retry.again(() => void work().catch(() => {}));

  async function lastPage(): Promise<TradesPage> {
    const page = await trades({ limit: PAGE });
    const reached = page.events.at(-1)?.payload.seq ?? page.head;
    // The route reads forward: on a long journal the last page has to be asked for by number.
    return reached >= page.head ? page : trades({ after: Math.max(0, page.head - PAGE), limit: PAGE });
  }

  async function startOver(): Promise<void> {
    try {
      const page = await lastPage();
      if (stopped) return;
      retry.reset();
      order.begin(page.epoch, page.events.at(-1)?.payload.seq ?? page.head);
      onReset(page.events);
      order.flush();
    } catch (error) {
      onLoadFailed();
      again(load);
      throw error;
    }
  }

  /** One page of what follows; true where there is more to read. */
  async function readOn(): Promise<boolean> {
    const from = order.position()?.after ?? 0;
    const page = await trades({ after: from, limit: PAGE });
    if (stopped) return false;
    if (page.epoch !== order.position()?.epoch) {
      await startOver();
      return false;
    }
    retry.reset();
    order.append(page.events);
    // What the journal no longer has cannot be waited for.
    if (page.events.length === 0) order.skipTo(page.head);
    order.flush();
    const reached = order.position()?.after ?? 0;
    return reached < page.head && reached !== from;
  }

  async function readToTheEnd(): Promise<void> {
    try {
      while (await readOn());
      if (order.isWaiting()) again(catchUp);
    } catch (error) {
      again(catchUp);
      throw error;
    }
  }

  const load = () => alone(startOver);
  const catchUp = () => (order.position() ? alone(readToTheEnd) : load());

  return {
    load,
    catchUp,
    stop() {
      stopped = true;
      retry.stop();
    },
  };
}
