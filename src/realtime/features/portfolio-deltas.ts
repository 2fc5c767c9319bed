import type { PortfolioDeltaPayload, PortfolioPayload } from '../../protocol/portfolio.ts';
import type { Peer } from '../peer.ts';
import type { StateLane } from '../state-lane/lane.ts';
import type { StateTopic } from '../state-lane/topic.ts';
import { createPortfolioReader, type PortfolioReader } from './portfolio-reader.ts';
import type { PortfolioView } from './portfolio-view.ts';

/** `portfolio:delta` for the peers that apply it: the whole portfolio first, then what each of them lacks. */
export interface PortfolioDeltas {
  /** Sends the whole portfolio next. */
  add(peer: Peer, view: PortfolioView): void;
  remove(peer: Peer): void;
  /** Sends what the portfolio of the view has changed. */
  write(peer: Peer): void;
}

interface Following {
  readonly view: PortfolioView;
  readonly reader: PortfolioReader;
}

/**
 * The subject of both topics is the peer: the lane asks for the latest value of a subject when it writes it, and so a peer that
 * had no room for some time gets all that it lacks in its next delta.
 */
export function createPortfolioDeltas(
  lane: Pick<StateLane, 'offer' | 'flush'>,
  payloadOf: (view: PortfolioView) => PortfolioPayload | undefined,
): PortfolioDeltas {
  const following = new Map<string, Following>();

  const wholes: StateTopic<PortfolioPayload, 'portfolio:update'> = {
    event: 'portfolio:update',
    latest(peerId) {
      const { view, reader } = following.get(peerId) ?? {};
      const payload = view && payloadOf(view);
      return payload && reader?.whole(payload);
    },
    toPayload: (payload) => payload,
  };
  const deltas: StateTopic<PortfolioDeltaPayload, 'portfolio:delta'> = {
    event: 'portfolio:delta',
    latest(peerId) {
      const { view, reader } = following.get(peerId) ?? {};
      const payload = view && payloadOf(view);
      if (!payload || !reader?.hasWhole()) return undefined;
      const delta = reader.delta(payload);
      // The rest goes out with the next update, whether or not a price moves until then.
      if (delta.partial) view.dirty = true;
      return delta;
    },
    toPayload: (payload) => payload,
  };

  return {
    add: (peer, view) => void following.set(peer.id, { view, reader: createPortfolioReader() }),
    remove: (peer) => void following.delete(peer.id),
    write(peer) {
      const { view, reader } = following.get(peer.id) ?? {};
      // What another system reports comes seldom, and as a whole.
      const asDelta = reader?.hasWhole() && view && !view.holdings?.external;
      lane.offer(peer, asDelta ? deltas : wholes, [peer.id]);
      lane.flush(peer);
    },
  };
}
