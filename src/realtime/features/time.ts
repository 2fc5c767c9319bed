import type { FeatureFactory } from '../feature.ts';

/** The server's clock, for a client that measures its own against it. */
export const timeFeature: FeatureFactory = ({ clock }) => ({
  handlers: {
    'time:sync': (_peer, { t0 }) => ({ ack: { t0, t1: clock.now() } }),
  },
});
