import type { TierWatch } from '../../domain/accounts/tier-watch.ts';
import type { SignalStreams } from '../event-lane/signal-streams.ts';
import type { FeatureFactory } from '../feature.ts';
import { isVisitor } from '../principal.ts';

export interface SignalsParts {
  readonly signalStreams: SignalStreams;
  readonly tiers: TierWatch;
}

/** Signals on the event lane, and word of another tier to every connection of its user. */
export const signalsFeature =
  ({ signalStreams, tiers }: SignalsParts): FeatureFactory =>
  ({ peersOf, send, close }) => {
    return {
      joined(peer) {
        // A visitor has no tier that could change.
        if (isVisitor(peer.principal)) return;
        const { id, tier } = peer.principal.user;
        tiers.hold(id, tier);
      },
      left(peer) {
        if (isVisitor(peer.principal)) return;
        signalStreams.unsubscribe(peer);
        tiers.release(peer.principal.user.id);
      },
      start() {
        const ends = [
          tiers.onChange((userId, tier) => {
            for (const peer of peersOf(userId)) send(peer, 'tier:changed', { tier });
          }),
          signalStreams.onEnded((peer) => close(peer, 'resubscribe')),
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
