import type { Bus } from '../../domain/bus/bus.ts';
import { journalTopic } from '../../domain/journal/topics.ts';
import type { Quote } from '../../domain/market/quote.ts';
import { portfolioTopic } from '../../domain/trading/topics.ts';
import { tradingDay } from '../../domain/trading/trading-day.ts';
import type { Cancel } from '../../lib/clock.ts';
import { createRounds } from '../../lib/rounds.ts';
import { PORTFOLIO_INTERVAL_MS } from '../../protocol/limits.ts';
import type { Peer } from '../peer.ts';
import { createPortfolioDelivery, type DeliveryParts, payloadOf } from './portfolio-delivery.ts';
import { createPortfolioDeltas } from './portfolio-deltas.ts';
import { createSymbolIndex, newPortfolioView, type PortfolioView } from './portfolio-view.ts';

/**
 * `portfolio:update` for every peer that subscribed: the stored holdings, marked to the quotes of this replica when
 * one of them moves, at most four times a second per user, a large one once a second. Peers that apply deltas get what
 * changed instead. The holdings are read from the database when a view opens and when the bus reports a change, not on
 * every tick. That message may be lost: the journal's notice of the same change stands in for it, and the sweep finds
 * what both missed.
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

/** Thousands of portfolios move together; orders and trades wait no longer than for this many milliseconds of them. */
const PART_MS = 10;

export interface PortfolioViewsParts extends DeliveryParts {
  readonly bus: Bus;
  /** The symbols held by users with an open view have changed. */
  readonly onSymbols: () => void;
}

export function createPortfolioViews(parts: PortfolioViewsParts): PortfolioViews {
  const { bus, clock } = parts;
  const views = new Map<string, PortfolioView>();
  const index = createSymbolIndex(parts.onSymbols);
  const deltas = createPortfolioDeltas(parts.lane, (view) => payloadOf(view, parts.mark));
  const { open, refresh, reportChange } = createPortfolioDelivery(parts, views, index, deltas);
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
      deltas.remove(peer);
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
