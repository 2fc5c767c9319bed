import type { Bus } from '../../domain/bus/bus.ts';
import { journalTopic } from '../../domain/journal/topics.ts';
import type { Quote } from '../../domain/market/quote.ts';
import type { Holdings } from '../../domain/trading/holdings.ts';
import { portfolioTopic } from '../../domain/trading/topics.ts';
import { tradingDay } from '../../domain/trading/trading-day.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createRounds } from '../../lib/rounds.ts';
import { PORTFOLIO_INTERVAL_MS } from '../../protocol/limits.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import type { Peer } from '../peer.ts';
import type { StateLane } from '../state-lane/lane.ts';
import type { StateTopic } from '../state-lane/topic.ts';
import {
  createSymbolIndex,
  newPortfolioView,
  type PortfolioView,
  type SymbolIndex,
} from './portfolio-view.ts';

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
  /** Reads and sends what is due, as much as one turn of the loop has time for; true where some is left. */
  tick(): boolean;
  start(): Cancel;
}

/** While the database is away, views do not ask it on every tick. */
const RETRY_MS = 1_000;

/** Thousands of portfolios move together; orders and trades wait no longer than for this many milliseconds of them. */
const PART_MS = 10;

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
  const { bus, clock } = parts;
  const views = new Map<string, PortfolioView>();
  const index = createSymbolIndex(parts.onSymbols);
  const { open, refresh, reportChange } = createDelivery(parts, views, index);
  const rounds = createRounds(() => views.values(), refresh, PART_MS);
  let day = tradingDay(clock.now());

  /** The day's change begins anew at midnight, whether or not anything moves. */
  function turnDay(): void {
    const today = tradingDay(clock.now());
    if (today === day) return;
    day = today;
    for (const view of views.values()) view.dirty = true;
  }

  function viewOf(userId: string): PortfolioView {
    const view = views.get(userId) ?? newPortfolioView(userId);
    views.set(userId, view);
    return view;
  }

  return {
    subscribe(peer) {
      // The connection may have ended while its command was checked; no `unsubscribe` would follow.
      if (peer.isOpen()) open(viewOf(peer.principal.user.id), peer);
    },
    unsubscribe(peer) {
      const view = views.get(peer.principal.user.id);
      if (!view?.peers.delete(peer) || view.peers.size > 0) return;
      views.delete(view.userId);
      index.replaceHoldings(view, null);
    },
    quotesChanged(quotes) {
      for (const { symbol } of quotes) for (const view of index.holding(symbol)) view.dirty = true;
    },
    holdingsAre(userId, version) {
      const view = views.get(userId);
      if (view?.holdings && view.holdings.version !== version) reportChange(view);
    },
    symbols: index.symbols,
    tick() {
      turnDay();
      return rounds.part();
    },
    start() {
      const ends = [
        bus.subscribe(portfolioTopic, ({ userId }) => {
          const view = views.get(userId);
          if (view) reportChange(view);
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

/** When the holdings of a view are read, and when its portfolio is sent. */
function createDelivery(
  { clock, log, lane, ...parts }: PortfolioViewsParts,
  views: ReadonlyMap<string, PortfolioView>,
  index: SymbolIndex,
) {
  const topic: StateTopic<PortfolioPayload, 'portfolio:update'> = {
    event: 'portfolio:update',
    latest: (userId) => views.get(userId)?.payload,
    toPayload: (payload) => payload,
  };

  async function read(view: PortfolioView): Promise<void> {
    const { version } = view;
    view.reading = true;
    view.doubtedAt = null;
    try {
      const holdings = await parts.read(view.userId);
      if (views.get(view.userId) !== view) return;
      index.replaceHoldings(view, holdings);
      view.stale = view.version !== version;
      send(view, holdings);
    } catch (error) {
      view.nextAt = clock.now() + RETRY_MS;
      log.warn({ err: error, userId: view.userId }, 'a portfolio could not be read; it is retried');
    } finally {
      view.reading = false;
    }
  }

  function send(view: PortfolioView, holdings: Holdings): void {
    view.dirty = false;
    view.nextAt = clock.now() + PORTFOLIO_INTERVAL_MS;
    view.payload = parts.mark(holdings);
    for (const peer of view.peers) write(peer);
  }

  function write(peer: Peer): void {
    lane.offer(peer, topic, [peer.principal.user.id]);
    lane.flush(peer);
  }

  return {
    /** Adds a peer, which gets the portfolio at once or with the read that is under way. */
    open(view: PortfolioView, peer: Peer): void {
      view.peers.add(peer);
      if (view.holdings && !view.stale) {
        view.payload = parts.mark(view.holdings);
        write(peer);
      } else if (!view.reading) {
        void read(view);
      }
    },
    /** The stored holdings have changed. */
    reportChange(view: PortfolioView): void {
      view.version += 1;
      view.stale = true;
      if (!view.reading && clock.now() >= view.nextAt) void read(view);
    },
    /** Reads or sends what is due by now. */
    refresh(view: PortfolioView): void {
      const now = clock.now();
      if (view.reading || now < view.nextAt) return;
      if (view.stale || (view.doubtedAt !== null && now >= view.doubtedAt)) void read(view);
      else if (view.dirty && view.holdings) send(view, view.holdings);
    },
  };
}
