import type { Holdings } from '../../domain/trading/holdings.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import {
  LARGE_PORTFOLIO_INTERVAL_MS,
  LARGE_PORTFOLIO_POSITIONS,
  PORTFOLIO_INTERVAL_MS,
} from '../../protocol/limits.ts';
import type { PortfolioPayload } from '../../protocol/portfolio.ts';
import type { Peer } from '../peer.ts';
import type { StateLane } from '../state-lane/lane.ts';
import type { StateTopic } from '../state-lane/topic.ts';
import type { PortfolioDeltas } from './portfolio-deltas.ts';
import type { PortfolioView, SymbolIndex } from './portfolio-view.ts';

/** While the database is away, views do not ask it on every tick. */
const RETRY_MS = 1_000;

export interface DeliveryParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly lane: Pick<StateLane, 'offer' | 'flush'>;
  readonly read: (userId: string) => Promise<Holdings>;
  readonly mark: (holdings: Holdings) => PortfolioPayload;
}

const wholeIntervalMs = ({ positions }: PortfolioPayload): number =>
  positions.length > LARGE_PORTFOLIO_POSITIONS ? LARGE_PORTFOLIO_INTERVAL_MS : PORTFOLIO_INTERVAL_MS;

/** As it is now, or as it is being sent. */
export const payloadOf = (
  { payload, holdings }: PortfolioView,
  mark: DeliveryParts['mark'],
): PortfolioPayload | undefined => payload ?? (holdings ? mark(holdings) : undefined);

/** How a portfolio is sent: as a whole, or to who applies them as its changes. */
function createSender(
  { clock, lane, mark }: Pick<DeliveryParts, 'clock' | 'lane' | 'mark'>,
  views: ReadonlyMap<string, PortfolioView>,
  deltas: PortfolioDeltas,
) {
  const topic: StateTopic<PortfolioPayload, 'portfolio:update'> = {
    event: 'portfolio:update',
    latest(userId) {
      const view = views.get(userId);
      return view && payloadOf(view, mark);
    },
    toPayload: (payload) => payload,
  };

  function send(view: PortfolioView, holdings: Holdings): void {
    const now = clock.now();
    const payload = mark(holdings);
    view.payload = payload;
    view.dirty = false;
    const isWholeDue = now >= view.wholeAt;
    let [wholes, others] = [0, 0];
    for (const peer of view.peers) {
      if (peer.appliesDeltas) {
        others += 1;
        deltas.write(peer);
      } else {
        wholes += 1;
        if (isWholeDue) write(peer);
      }
    }
    view.payload = undefined;
    if (isWholeDue) view.wholeAt = now + wholeIntervalMs(payload);
    else if (wholes > 0) view.dirty = true;
    const soonest = now + PORTFOLIO_INTERVAL_MS;
    view.nextAt = others > 0 ? soonest : Math.max(soonest, view.wholeAt);
  }

  function write(peer: Peer): void {
    if (peer.appliesDeltas) {
      deltas.write(peer);
      return;
    }
    lane.offer(peer, topic, [peer.principal.user.id]);
    lane.flush(peer);
  }

  return { send, write };
}

/** When the holdings of a view are read, and when its portfolio is sent. */
export function createPortfolioDelivery(
  parts: DeliveryParts,
  views: ReadonlyMap<string, PortfolioView>,
  index: Pick<SymbolIndex, 'replaceHoldings'>,
  deltas: PortfolioDeltas,
) {
  const { clock, log } = parts;
  const { send, write } = createSender(parts, views, deltas);

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

  return {
    /** Adds a peer, which gets the portfolio at once or with the read that is under way. */
    open(view: PortfolioView, peer: Peer): void {
      view.peers.add(peer);
      if (peer.appliesDeltas) deltas.add(peer, view);
      if (view.holdings && !view.stale) write(peer);
      else if (!view.reading) void read(view);
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
