/** The port of market data: one upstream connection, shared by everyone. */
import type { FeedHealth } from '../../protocol/payloads.ts';

export type FeedSource = FeedHealth['source'];

export interface FeedStatus {
  readonly state: FeedHealth['state'];
  /** A sentence for the operator where the state needs one (refused key, wrong plan, end of the file). */
  readonly detail?: string;
}
