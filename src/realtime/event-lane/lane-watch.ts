import type { LoggedRecord } from './event-stream.ts';

/** Hears how records of a stream get to its peers. */
export interface LaneWatch {
  /** The head moved from `after` to `head`, and so many peers had subscribed before. */
  moved(streamId: string, after: number, head: number, peers: number): void;
  /** The line of one peer accepted these records; the peer subscribed when the head was `since`. */
  accepted(streamId: string, records: readonly LoggedRecord[], since: number): void;
}
