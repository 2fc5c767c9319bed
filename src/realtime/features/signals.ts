import type { TierWatch } from '../../domain/accounts/tier-watch.ts';
import type { SignalStreams } from '../event-lane/signal-streams.ts';
import type { FeatureFactory } from '../feature.ts';
import type { Peer } from '../peer.ts';
import { isVisitor } from '../principal.ts';

export interface SignalsParts {
  readonly signalStreams: SignalStreams;
  readonly tiers: TierWatch;
}

/** Signals on the event lane, and word of another tier to every connection of its user. */
export const signalsFeature =
  ({ signalStreams, tiers }: SignalsParts): FeatureFactory =>
  ({ send }) => {
    const peers = new Map<string, Set<Peer>>();

    return {
      joined(peer) {
        // A visitor has no tier that could change.
        if (isVisitor(peer.principal)) return;
        const { id, tier } = peer.principal.user;
        tiers.hold(id, tier);
        peers.set(id, (peers.get(id) ?? new Set()).add(peer));
      },
      left(peer) {
        if (isVisitor(peer.principal)) return;
        const { id } = peer.principal.user;
        signalStreams.unsubscribe(peer);
        tiers.release(id);
        const others = peers.get(id);
        if (others?.delete(peer) && others.size === 0) peers.delete(id);
      },
      start() {
        const ends = [
          tiers.onChange((userId, tier) => {
            for (const peer of peers.get(userId) ?? []) send(peer, 'tier:changed', { tier });
          }),
          tiers.start(),
          signalStreams.start(),
        ];
        return () => {
          for (const end of ends) end();
        };
      },
      handlers: {
        async 'subscribe:signals'(peer, positions) {
          const { tier, streams, start } = await signalStreams.subscribe(peer, positions);
          return { ack: { type: 'signals', tier, streams }, after: start };
        },

        'unsubscribe:signals'(peer) {
          signalStreams.unsubscribe(peer);
          return { ack: { type: 'signals' } };
        },
      },
    };
  };
