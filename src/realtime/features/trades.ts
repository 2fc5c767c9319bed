import type { Bus } from '../../domain/bus/bus.ts';
import type { Journal, UserHead } from '../../domain/journal/journal.ts';
import { JOURNAL_HEAD_INTERVAL_MS } from '../../protocol/limits.ts';
import { createJournalStreams } from '../event-lane/journal-streams.ts';
import { SWEEP_INTERVAL_MS } from '../event-lane/journal-sweep.ts';
import type { FeatureFactory, RealtimeCore } from '../feature.ts';
import type { Peer } from '../peer.ts';
import type { StateTopic } from '../state-lane/topic.ts';

export interface TradesParts {
  readonly bus: Bus;
  readonly journal: Journal;
}

/** The user's journal: trades and orders on the event lane, and its head for clients that check themselves. */
export const tradesFeature =
  ({ bus, journal }: TradesParts): FeatureFactory =>
  (core) => {
    const { sweep, clock, metrics, close, log } = core;
    const streams = createJournalStreams({
      ...{ journal, bus, metrics, log },
      ended: (peer) => close(peer, 'resubscribe'),
    });
    const leave = (peer: Peer): void => streams.unsubscribe(peer, peer.principal.user.id);
    const reportHeads = createHeadReport(core);

    return {
      left: leave,
      start() {
        const ends = [
          streams.start(),
          sweep.onHeads((heads) => {
            for (const [userId, head] of heads) streams.headIs(userId, head);
            reportHeads(heads);
          }),
        ];
        return () => {
          for (const end of ends) end();
        };
      },
      handlers: {
        async 'subscribe:trades'(peer, position) {
          const { head, recovered, start } = await streams.subscribe(
            peer,
            peer.principal.user.id,
            position && { epoch: position.epoch, seq: position.after },
          );
          const timestamp = new Date(clock.now()).toISOString();
          return {
            ack: { type: 'trades', epoch: head.epoch, head: head.seq, recovered, timestamp },
            after: start,
          };
        },

        'unsubscribe:trades'(peer) {
          leave(peer);
          return { ack: { type: 'trades' } };
        },
      },
    };
  };

/** Offers `journal:head` to every peer, at intervals: a client that is behind subscribes again. */
function createHeadReport({ lane, peers, clock }: RealtimeCore) {
  let latest: ReadonlyMap<string, UserHead> = new Map();
  let reportedAt = clock.now();
  const topic: StateTopic<UserHead, 'journal:head'> = {
    event: 'journal:head',
    latest: (userId) => latest.get(userId),
    toPayload: ({ epoch, seq }) => ({ epoch, seq }),
  };

  return (heads: ReadonlyMap<string, UserHead>): void => {
    latest = heads;
    // Half an interval of grace: timers are a little late, and a report with every third sweep would be very late.
    if (clock.now() - reportedAt < JOURNAL_HEAD_INTERVAL_MS - SWEEP_INTERVAL_MS / 2) return;
    reportedAt = clock.now();
    for (const peer of peers) lane.offer(peer, topic, [peer.principal.user.id]);
  };
}
