import type { Bus } from '../../domain/bus/bus.ts';
import type { Journal } from '../../domain/journal/journal.ts';
import { journalTopic } from '../../domain/journal/topics.ts';
import type { Log } from '../../lib/log.ts';
import type { RealtimeMetrics } from '../../metrics/realtime.ts';
import type { Peer } from '../peer.ts';
import { createEventStreams, type EventStreams } from './event-streams.ts';

export interface JournalStreamsParts {
  readonly journal: Pick<Journal, 'head' | 'readAfter' | 'endEpoch'>;
  readonly bus: Bus;
  readonly metrics: Pick<RealtimeMetrics, 'journalGapFilled' | 'messageSent'>;
  /** The peer has to subscribe again. */
  readonly ended: (peer: Peer) => void;
  readonly log: Log;
}

/** The journals of users; the id of a stream is the user's. */
export const createJournalStreams = ({ journal, bus, ...parts }: JournalStreamsParts): EventStreams =>
  createEventStreams({
    ...parts,
    eventLog: journal,
    gapFilled: parts.metrics.journalGapFilled,
    notices: (listener) =>
      bus.subscribe(journalTopic, ({ userId, epoch, records }) =>
        listener({ streamId: userId, epoch, records }),
      ),
    // The stream of a user is subscribed to by the session of that user, and ends with it.
    mayRead: () => true,
  });
