import type { Bus } from '../domain/bus/bus.ts';
import { journalTopic } from '../domain/journal/topics.ts';
import type { Quote } from '../domain/market/quote.ts';
import type { Holdings } from '../domain/trading/holdings.ts';
import { portfolioTopic } from '../domain/trading/topics.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { PORTFOLIO_INTERVAL_MS } from '../protocol/limits.ts';
import type { PortfolioPayload } from '../protocol/portfolio.ts';
import { encodeEvent } from './encode.ts';
import type { RealtimeSocket } from './socket.ts';
import type { StateLane } from './state-lane.ts';

/**
 * `portfolio:update` for everyone who asked: the stored holdings, marked to the quotes of this replica when
 * one of them moves, at most four times a second per user. The holdings are read from the database when a
 * view opens and when the bus says that they changed, not on every tick. That message may be lost: the journal's
 * notice of the same change stands in for it, and the sweep finds what neither told.
 */
export interface PortfolioViews {
  /** Sends the portfolio as it is now, then as it changes. */
  subscribe(socket: RealtimeSocket): void;
  unsubscribe(socket: RealtimeSocket): void;
  /** Notes which portfolios these quotes move. */
  quotesChanged(quotes: readonly Quote[]): void;
  /** The database says which version of the user's holdings is stored. */
  holdingsAre(userId: string, version: string): void;
  /** Symbols held by the users who look. */
  symbols(): Iterable<string>;
  /** Reads and sends what is due; called on each tick. */
  tick(): void;
  stop(): void;
}

interface View {
  readonly userId: string;
  readonly sockets: Set<RealtimeSocket>;
  holdings: Holdings | null;
  /** Counts the news of changed holdings, so that a slow read does not overwrite a younger one. */
  version: number;
  reading: boolean;
  stale: boolean;
  /** When to read although nobody said that the holdings changed, milliseconds since epoch; null while not. */
  doubtedAt: number | null;
  /** Something moved since the last update. */
  dirty: boolean;
  /** Not before this moment is anything read or sent for it again, milliseconds since epoch. */
  nextAt: number;
}

/** A database that is away is not asked by every viewer on every tick, milliseconds. */
const RETRY_MS = 1_000;

export interface PortfolioViewsParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly lane: StateLane;
  readonly read: (userId: string) => Promise<Holdings>;
  readonly mark: (holdings: Holdings) => PortfolioPayload;
  /** The symbols held by those who look have changed. */
  readonly onSymbols: () => void;
}

export function createPortfolioViews(parts: PortfolioViewsParts): PortfolioViews {
  const { bus, clock, log, lane } = parts;
  const views = new Map<string, View>();
  const viewsBySymbol = new Map<string, Set<View>>();

  function index(view: View, holdings: Holdings | null): void {
    for (const { symbol } of view.holdings?.positions ?? []) {
      const set = viewsBySymbol.get(symbol);
      if (set?.delete(view) && set.size === 0) viewsBySymbol.delete(symbol);
    }
    view.holdings = holdings;
    for (const { symbol } of holdings?.positions ?? []) {
      const set = viewsBySymbol.get(symbol) ?? new Set();
      viewsBySymbol.set(symbol, set.add(view));
    }
    parts.onSymbols();
  }

  async function read(view: View): Promise<void> {
    const { version } = view;
    view.reading = true;
    view.doubtedAt = null;
    try {
      const holdings = await parts.read(view.userId);
      if (views.get(view.userId) !== view) return;
      index(view, holdings);
      view.stale = view.version !== version;
      send(view);
    } catch (error) {
      view.nextAt = clock.now() + RETRY_MS;
      log.warn({ err: error, userId: view.userId }, 'a portfolio could not be read and is asked for again');
    } finally {
      view.reading = false;
    }
  }

  function send(view: View): void {
    if (!view.holdings) return;
    view.dirty = false;
    view.nextAt = clock.now() + PORTFOLIO_INTERVAL_MS;
    const event = encodeEvent('portfolio:update', parts.mark(view.holdings));
    for (const socket of view.sockets) {
      lane.offer(socket, event);
      lane.flush(socket);
    }
  }

  function changed(view: View): void {
    view.version += 1;
    view.stale = true;
    if (!view.reading && clock.now() >= view.nextAt) void read(view);
  }

  const stops = [
    bus.subscribe(portfolioTopic, ({ userId }) => {
      const view = views.get(userId);
      if (view) changed(view);
    }),
    bus.subscribe(journalTopic, ({ userId, records }) => {
      const view = views.get(userId);
      // An order's update moves cash, or what is reserved of it. Its own message is a moment behind, as a rule.
      if (view && records.some(({ event }) => event === 'order:update'))
        view.doubtedAt ??= clock.now() + PORTFOLIO_INTERVAL_MS;
    }),
  ];

  return {
    subscribe(socket) {
      // Gone while its command was looked at: nobody would end this.
      if (!socket.connected) return;
      const userId = socket.data.user.id;
      let view = views.get(userId);
      if (!view) {
        view = {
          userId,
          sockets: new Set(),
          holdings: null,
          version: 0,
          reading: false,
          stale: true,
          doubtedAt: null,
          dirty: false,
          nextAt: 0,
        };
        views.set(userId, view);
      }
      view.sockets.add(socket);
      if (view.holdings && !view.stale) {
        lane.offer(socket, encodeEvent('portfolio:update', parts.mark(view.holdings)));
        lane.flush(socket);
      } else if (!view.reading) {
        void read(view);
      }
    },
    unsubscribe(socket) {
      const userId = socket.data.user.id;
      const view = views.get(userId);
      if (!view?.sockets.delete(socket)) return;
      if (view.sockets.size > 0) return;
      views.delete(userId);
      index(view, null);
    },
    quotesChanged(quotes) {
      for (const { symbol } of quotes) {
        for (const view of viewsBySymbol.get(symbol) ?? []) view.dirty = true;
      }
    },
    holdingsAre(userId, version) {
      const view = views.get(userId);
      if (view?.holdings && view.holdings.version !== version) changed(view);
    },
    symbols: () => viewsBySymbol.keys(),
    tick() {
      const now = clock.now();
      for (const view of views.values()) {
        if (view.reading || now < view.nextAt) continue;
        if (view.stale || (view.doubtedAt !== null && now >= view.doubtedAt)) void read(view);
        else if (view.dirty) send(view);
      }
    },
    stop() {
      for (const stop of stops) stop();
      views.clear();
      viewsBySymbol.clear();
    },
  };
}
