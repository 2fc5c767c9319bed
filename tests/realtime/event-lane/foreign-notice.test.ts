import { expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { until } from '../../../rig/wait.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import type { Appended, Journal, JournalRecord } from '../../../src/domain/journal/journal.ts';
import { journalTopic } from '../../../src/domain/journal/topics.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { createJournalStreams } from '../../../src/realtime/event-lane/journal-streams.ts';
import { createMemoryPeer } from '../../support/memory-peer.ts';

const recordOf = (seq: number): JournalRecord =>
  ({ seq, event: 'trade:executed', payload: { id: `t${seq}` } }) as unknown as JournalRecord;

test.each([
  ['another epoch', { epoch: 'other', seq: 1 }],
  ['a number far ahead', { epoch: 'e', seq: 9e15 }],
])(
  'a notice with %s does not end a stream: the database decides, and the next event arrives',
  async (_what, foreign) => {
    const bus = createLocalBus(silentLog);
    let head = 0;
    const readHead = jest.fn<Journal['head']>(async () => ({ epoch: 'e', seq: head, floor: 0 }));
    const readAfter = jest.fn<Journal['readAfter']>(async () => []);
    const journal = { head: readHead, readAfter } as unknown as Journal;
    const streams = createJournalStreams({
      ...{ journal, bus, metrics: createMetrics().realtime, log: silentLog },
      ended: () => {},
    });
    const peer = createMemoryPeer();
    const stop = streams.start();
    (await streams.subscribe(peer, 'u1', { epoch: 'e', seq: 0 })).start();
    const notice = (epoch: string, seq: number): Appended => ({
      userId: 'u1',
      epoch,
      records: [recordOf(seq)],
    });

    bus.publish(journalTopic, notice(foreign.epoch, foreign.seq));
    await until(() => readHead.mock.calls.length === 2, 'the database is asked');
    head = 1;
    bus.publish(journalTopic, notice('e', 1));
    await until(() => peer.lines.length === 1, 'the next event arrives');
    expect(peer.lines[0]).toMatchObject({ payload: { id: 't1', seq: 1 } });
    stop();
  },
);
