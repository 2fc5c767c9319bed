import { SIGNAL_STREAMS, type SignalStream } from '../../protocol/signals.ts';
import { includesTier, type Tier } from '../../protocol/tier.ts';

/** The lowest tier that may read each stream. */
const NEEDED: Readonly<Record<SignalStream, Tier>> = { free: 'STARTER', premium: 'PROFESSIONAL' };

/** Whether readers of this tier may know that the stream exists. An unknown tier of a newer release opens nothing more. */
export const isOpenTo = (stream: SignalStream, tier: Tier): boolean => includesTier(tier, NEEDED[stream]);

export const openStreams = (tier: Tier): readonly SignalStream[] =>
  SIGNAL_STREAMS.filter((stream) => isOpenTo(stream, tier));
