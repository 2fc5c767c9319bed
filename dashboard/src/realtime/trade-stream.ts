/**
 * The event lane as the browser sees it: every journaled event once, in order, without a hole.
 *
 * First the journal's last page is read over HTTP, then the socket is asked for what follows it. Numbers at
 * or below the last one are repeats and dropped. A number that skips some is held while the missing ones are
 * read over HTTP, which unlike `subscribe:trades` may be asked as often as needed. Another epoch, or
 * `recovered: false`, means that the numbering itself is new: start over from the journal.
 */

import type {
  JournalEntryPayload,
  JournalEventName,
  SubscriptionConfirmed,
  TradesPage,
} from '../../../src/protocol/events.ts';
import { MAX_TRADES_PAGE } from '../../../src/protocol/limits.ts';
import type { JournalPosition } from '../../../src/protocol/trades.ts';
import type { Timers } from '../lib/timers.ts';
import type { TradecastSocket } from './socket.ts';

const JOURNAL_EVENTS: readonly JournalEventName[] = ['trade:executed', 'trade:failed', 'order:update'];
/** One head ahead of us may cross with its events; a second one means that they are not coming. */
const HEADS_UNTIL_LET_GO = 2;
/** Read of the past by a fresh page, and at a time when catching up. Orders take most of it. */
const PAGE = MAX_TRADES_PAGE;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

export interface TradeStreamOptions {
  readonly socket: TradecastSocket;
  readonly timers: Timers;
  trades(range: { after?: number; limit?: number }): Promise<TradesPage>;
  /** One event, in its turn. `missed`: it happened while this browser was not connected. */
  onEvent(entry: JournalEntryPayload, missed: boolean): void;
  /** The numbering starts anew: forget all and show these, oldest first. */
  onReset(entries: readonly JournalEntryPayload[]): void;
  onLoadFailed(): void;
  /** From now on `position` is known. */
  onLoaded(): void;
  /** The server no longer pushes on this connection, and has to be asked to again. */
  onLetGo(): void;
}

export interface TradeStream {
  load(): Promise<void>;
  /** Reads what is missing over HTTP. Rejects where the server cannot be reached. */
  catchUp(): Promise<void>;
  position(): { epoch: string; after: number } | undefined;
  stop(): void;
}

export function createTradeStream(options: TradeStreamOptions): TradeStream {
  const { socket, timers, trades } = options;
  let epoch: string | null = null;
  let last = 0;
  /** Up to this number events are replayed ones. */
  let missedUntil = 0;
  const held = new Map<number, JournalEntryPayload>();
  let working: Promise<void> | null = null;
  let failures = 0;
  let headsAhead = 0;
  let letGo = false;
  let cancelRetry = () => {};
  let stopped = false;

  function apply(entry: JournalEntryPayload) {
    last = entry.payload.seq;
    options.onEvent(entry, last <= missedUntil);
  }

  function applyHeld() {
    for (let next = held.get(last + 1); next; next = held.get(last + 1)) {
      held.delete(last + 1);
      apply(next);
    }
  }

  function retry(work: () => Promise<void>) {
    if (stopped) return;
    cancelRetry();
    const ms = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!;
    failures += 1;
    cancelRetry = timers.after(ms, () => void work().catch(() => {}));
  }

  /** Only one reader at a time; whoever asks meanwhile gets the same answer. */
  function alone(work: () => Promise<void>): Promise<void> {
    working ??= work().finally(() => {
      working = null;
    });
    return working;
  }

  async function lastPage(): Promise<TradesPage> {
    const page = await trades({ limit: PAGE });
    const reached = page.events.at(-1)?.payload.seq ?? page.head;
    // The route reads forward: on a long journal the last page has to be asked for by number.
    return reached >= page.head ? page : trades({ after: Math.max(0, page.head - PAGE), limit: PAGE });
  }

  async function readLastPage(): Promise<void> {
    try {
      const page = await lastPage();
      if (stopped) return;
      failures = 0;
      epoch = page.epoch;
      last = page.events.at(-1)?.payload.seq ?? page.head;
      missedUntil = 0;
      for (const [seq, { payload }] of held) if (seq <= last || payload.epoch !== epoch) held.delete(seq);
      options.onReset(page.events);
      options.onLoaded();
      applyHeld();
      if (letGo) options.onLetGo();
      letGo = false;
    } catch (error) {
      options.onLoadFailed();
      retry(load);
      throw error;
    }
  }

  const load = () => alone(readLastPage);

  async function readOn(): Promise<void> {
    try {
      for (;;) {
        const page = await trades({ after: last, limit: PAGE });
        if (stopped) return;
        if (page.epoch !== epoch) return await readLastPage();
        failures = 0;
        const before = last;
        for (const entry of page.events) if (entry.payload.seq > last) apply(entry);
        // What the journal no longer has cannot be waited for.
        if (page.events.length === 0) last = Math.max(last, page.head);
        applyHeld();
        if (last >= page.head || last === before) break;
      }
      if (held.size > 0) retry(catchUp);
    } catch (error) {
      retry(catchUp);
      throw error;
    }
  }

  const catchUp = () => (epoch === null ? load() : alone(readOn));
  const quietly = (work: Promise<void>) => void work.catch(() => {});

  /** Events that come while the journal is read anew wait for it. */
  function startOver() {
    epoch = null;
    held.clear();
    quietly(load());
  }

  function receive(entry: JournalEntryPayload) {
    const { payload } = entry;
    if (epoch === null) {
      held.set(payload.seq, entry);
      return;
    }
    if (payload.epoch !== epoch) {
      startOver();
      held.set(payload.seq, entry);
      return;
    }
    if (payload.seq <= last) return;
    headsAhead = 0;
    if (payload.seq === last + 1) {
      apply(entry);
      applyHeld();
      return;
    }
    held.set(payload.seq, entry);
    quietly(catchUp());
  }

  function confirmed(answer: SubscriptionConfirmed) {
    if (answer.type !== 'trades' || epoch === null) return;
    if (!answer.recovered || answer.epoch !== epoch) startOver();
    else missedUntil = answer.head;
  }

  function headTold(position: JournalPosition) {
    if (epoch === null) return;
    if (position.epoch !== epoch) {
      letGo = true;
      startOver();
    } else if (position.seq > last) {
      headsAhead += 1;
      quietly(catchUp());
      if (headsAhead < HEADS_UNTIL_LET_GO) return;
      headsAhead = 0;
      options.onLetGo();
    }
  }

  const listeners = JOURNAL_EVENTS.map((event) => {
    const listener = (payload: JournalEntryPayload['payload']) =>
      receive({ event, payload } as JournalEntryPayload);
    socket.on(event, listener);
    return () => socket.off(event, listener);
  });
  socket.on('subscription:confirmed', confirmed);
  socket.on('journal:head', headTold);

  return {
    load,
    catchUp,
    position: () => (epoch === null ? undefined : { epoch, after: last }),
    stop() {
      stopped = true;
      cancelRetry();
      for (const off of listeners) off();
      socket.off('subscription:confirmed', confirmed);
      socket.off('journal:head', headTold);
    },
  };
}
