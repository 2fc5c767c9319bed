import { followMarketSessions } from '../../domain/market/session-changes.ts';
import type { MarketStatusPayload } from '../../protocol/market.ts';
import type { FeatureFactory } from '../feature.ts';
import type { StateTopic } from '../state-lane/topic.ts';

/** There is one market. */
const SUBJECT = 'market';

/** The market's session, for every peer: on arrival and whenever it changes. */
export const marketStatusFeature =
  (status: () => MarketStatusPayload): FeatureFactory =>
  ({ lane, peers, send, clock }) => {
    let latest = status();
    const topic: StateTopic<MarketStatusPayload, 'market:status'> = {
      event: 'market:status',
      latest: () => latest,
      toPayload: (payload) => payload,
    };
    return {
      joined: (peer) => send(peer, 'market:status', status()),
      start: () =>
        followMarketSessions({
          status,
          clock,
          onChange(changed) {
            latest = changed;
            for (const peer of peers) lane.offer(peer, topic, [SUBJECT]);
          },
        }),
    };
  };
