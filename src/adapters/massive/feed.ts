import type { FeedScope, FeedStatus, FeedTerms, MarketFeed } from '../../domain/market/feed.ts';
import { type Cluster, OPTIONS, STOCKS } from './clusters.ts';
import { beginLife, type FeedLife, type MassiveFeedOptions } from './feed-life.ts';
import { createKnownPlan } from './plan.ts';
import type { ShedCount } from './scope.ts';

const ANY_TIME: FeedTerms = { notBefore: 0, mayConnect: () => true };

/** Massive's stocks over its WebSocket, with REST for what the stream does not contain. */
export const createMassiveFeed = (options: MassiveFeedOptions): MarketFeed => createFeed(STOCKS, options);

/** The same of its option contracts, over a connection of their own. */
export const createMassiveOptionFeed = (options: MassiveFeedOptions): MarketFeed =>
  createFeed(OPTIONS, options);

function createFeed(cluster: Cluster, options: MassiveFeedOptions): MarketFeed {
  let status: FeedStatus = { state: 'down' };
  let symbols: ReadonlySet<string> = new Set();
  let held: readonly string[] = [];
  let scope: FeedScope | null = null;
  let life: FeedLife | null = null;
  /** Of the life that ended last. */
  let heardAt = Number.NEGATIVE_INFINITY;
  const shed: ShedCount = { trades: 0, lastAt: null };
  const plan = createKnownPlan();

  return {
    source: 'massive',
    origin: 'market',
    start(sink, terms = ANY_TIME) {
      if (life) return;
      let isOver = false;
      const report = (next: FeedStatus): void => {
        if (isOver) return;
        status = next;
        sink.status(next);
      };
      const begun = beginLife(cluster, options, {
        sink,
        terms,
        wanted: () => symbols,
        scope: () => scope,
        shed,
        plan,
        report,
      });
      life = {
        ...begun,
        end() {
          isOver = true;
          return begun.end();
        },
      };
    },
    async stop() {
      const ending = life;
      life = null;
      heardAt = ending?.heardAt() ?? heardAt;
      await ending?.end();
      status = { state: 'down' };
    },
    setSymbols(wanted) {
      // Their order counts as well: the most recently wanted have quotes.
      const next = [...wanted];
      if (next.length === held.length && next.every((symbol, i) => symbol === held[i])) return;
      held = next;
      symbols = new Set(next);
      life?.want();
    },
    // Contracts have no reporting facilities.
    ...(cluster === STOCKS && {
      setScope(next: FeedScope | null) {
        scope = next;
        life?.want();
      },
      shed: () => shed,
    }),
    heardAt: () => life?.heardAt() ?? heardAt,
    status: () => status,
  };
}
