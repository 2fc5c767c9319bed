import type { Bus } from '../../domain/bus/bus.ts';
import { journalTopic } from '../../domain/journal/topics.ts';
import type { Quote } from '../../domain/market/quote.ts';
import type { Holdings } from '../../domain/trading/holdings.ts';
import { portfolioTopic } from '../../domain/trading/topics.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { PORTFOLIO_INTERVAL_MS } from '../../protocol/limits.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import type { Peer } from '../peer.ts';
import type { StateLane } from '../state-lane/lane.ts';
import type { StateTopic } from '../state-lane/topic.ts';

/**
 * `portfolio:update` for every peer that subscribed: the stored holdings, marked to the quotes of this replica when
 * one of them moves, at most four times a second per user. The holdings are read from the database when a view
 * opens and when the bus reports a change, not on every tick. That message may be lost: the journal's notice of the
 * same change stands in for it, and the sweep finds what both missed.
 */
export interface PortfolioViews {
  /** Sends the portfolio as it is now, then as it changes. */
  subscribe(peer: Peer): void;
  unsubscribe(peer: Peer): void;
  /** Marks the portfolios that these quotes move. */
  quotesChanged(quotes: readonly Quote[]): void;
  /** The version of the user's holdings in the database. */
  holdingsAre(userId: string, version: string): void;
  /** Symbols held by users with an open view. */
  symbols(): Iterable<string>;
  /** Reads and sends what is due; called on each tick. */
  tick(): void;
  start(): Cancel;
}

interface View {
  readonly userId: string;
  readonly peers: Set<Peer>;
  holdings: Holdings | null;
  /** As it was sent last. */
  payload: PortfolioPayload | undefined;
  /** Counts the reports of changed holdings, so that a slow read does not replace a younger one. */
  version: number;
  reading: boolean;
  stale: boolean;
  /** When to read without a report of changed holdings, milliseconds since epoch; null while there is no doubt. */
  doubtedAt: number | null;
  /** A price moved since the last update. */
  dirty: boolean;
  /** Nothing is read or sent for the view before this moment, milliseconds since epoch. */
  nextAt: number;
}

/** While the database is away, views do not ask it on every tick. */
const RETRY_MS = 1_000;

export interface PortfolioViewsParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly lane: Pick<StateLane, 'offer' | 'flush'>;
  readonly read: (userId: string) => Promise<Holdings>;
  readonly mark: (holdings: Holdings) => PortfolioPayload;
  /** The symbols held by users with an open view have changed. */
  readonly onSymbols: () => void;
}

export function createPortfolioViews(parts: PortfolioViewsParts): PortfolioViews {
  const { bus, clock, log, lane } = parts;
  const views = new Map<string, View>();
  const index = createSymbolIndex(parts.onSymbols);
  const topic: StateTopic<PortfolioPayload, 'portfolio:update'> = {
    event: 'portfolio:update',
    latest: (userId) => views.get(userId)?.payload,
    toPayload: (payload) => payload,
  };

  async function read(view: View): Promise<void> {
    const { version } = view;
    view.reading = true;
    view.doubtedAt = null;
    try {
      const holdings = await parts.read(view.userId);
      if (views.get(view.userId) !== view) return;
      index.replace(view, holdings);
      view.stale = view.version !== version;
      send(view);
    } catch (error) {
      view.nextAt = clock.now() + RETRY_MS;
      log.warn({ err: error, userId: view.userId }, 'a portfolio could not be read; it is retried');
    } finally {
      view.reading = false;
    }
  }

  function send(view: View): void {
    if (!view.holdings) return;
    view.dirty = false;
    view.nextAt = clock.now() + PORTFOLIO_INTERVAL_MS;
    view.payload = parts.mark(view.holdings);
    for (const peer of view.peers) write(peer);
  }

  function write(peer: Peer): void {
    lane.offer(peer, topic, [peer.principal.user.id]);
    lane.flush(peer);
  }

  function changed(view: View): void {
    view.version += 1;
    view.stale = true;
    if (!view.reading && clock.now() >= view.nextAt) void read(view);
  }

  function viewOf(userId: string): View {
    const view = views.get(userId) ?? newView(userId);
    views.set(userId, view);
    return view;
  }

  return {
    subscribe(peer) {
      // The connection may have ended while its command was checked; no `unsubscribe` would follow.
      if (!peer.isOpen()) return;
      const view = viewOf(peer.principal.user.id);
      view.peers.add(peer);
      if (view.holdings && !view.stale) {
        view.payload = parts.mark(view.holdings);
        write(peer);
      } else if (!view.reading) {
        void read(view);
      }
    },
    unsubscribe(peer) {
      const view = views.get(peer.principal.user.id);
      if (!view?.peers.delete(peer) || view.peers.size > 0) return;
      views.delete(view.userId);
      index.replace(view, null);
    },
    quotesChanged(quotes) {
      for (const { symbol } of quotes) for (const view of index.holding(symbol)) view.dirty = true;
    },
    holdingsAre(userId, version) {
      const view = views.get(userId);
      if (view?.holdings && view.holdings.version !== version) changed(view);
    },
    symbols: index.symbols,
    tick() {
      const now = clock.now();
      for (const view of views.values()) {
        if (view.reading || now < view.nextAt) continue;
        if (view.stale || (view.doubtedAt !== null && now >= view.doubtedAt)) void read(view);
        else if (view.dirty) send(view);
      }
    },
    start() {
      const ends = [
        bus.subscribe(portfolioTopic, ({ userId }) => {
          const view = views.get(userId);
          if (view) changed(view);
        }),
        bus.subscribe(journalTopic, ({ userId, records }) => {
          const view = views.get(userId);
          // An order's update moves cash, or what is reserved of it. Its own message is usually a moment behind.
          if (view && records.some(({ event }) => event === 'order:update'))
            view.doubtedAt ??= clock.now() + PORTFOLIO_INTERVAL_MS;
        }),
      ];
      return () => {
        for (const end of ends) end();
        views.clear();
      };
    },
  };
}

const newView = (userId: string): View => ({
  userId,
  peers: new Set(),
  holdings: null,
  payload: undefined,
  version: 0,
  reading: false,
  stale: true,
  doubtedAt: null,
  dirty: false,
  nextAt: 0,
});

/** Views by the symbols they hold. */
function createSymbolIndex(onChange: () => void) {
  const bySymbol = new Map<string, Set<View>>();

  return {
    replace(view: View, holdings: Holdings | null): void {
      for (const { symbol } of view.holdings?.positions ?? []) {
        const set = bySymbol.get(symbol);
        if (set?.delete(view) && set.size === 0) bySymbol.delete(symbol);
      }
      view.holdings = holdings;
      for (const { symbol } of holdings?.positions ?? [])
        bySymbol.set(symbol, (bySymbol.get(symbol) ?? new Set()).add(view));
      onChange();
    },
    holding: (symbol: string): Iterable<View> => bySymbol.get(symbol) ?? [],
    symbols: (): Iterable<string> => bySymbol.keys(),
  };
}
