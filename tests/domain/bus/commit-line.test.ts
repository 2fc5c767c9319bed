import { beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../../../rig/wait.ts';
import {
  type CommitMessage,
  commitTopic,
  createCommitLine,
  MAX_ITEMS,
} from '../../../src/domain/bus/commit-line.ts';
import { BUS_VERSION, type Envelope } from '../../../src/domain/bus/envelope.ts';
import type { BusLine } from '../../../src/domain/bus/line.ts';
import { ENGINE } from '../../../src/domain/bus/topic.ts';
import { journalTopic } from '../../../src/domain/journal/topics.ts';
import { STOCK_TOPICS } from '../../../src/domain/market/topics.ts';
import { ORDERS_WAITING, ordersTopic, portfolioTopic } from '../../../src/domain/trading/topics.ts';

let sent: [name: string, envelope: Envelope][];
let deliver: (name: string, envelope: unknown) => void;
let line: BusLine;
let received: [name: string, envelope: unknown][];
/** The readers that this replica has. */
let here: Set<string>;
beforeEach(() => {
  sent = [];
  received = [];
  here = new Set();
  const beneath: BusLine = {
    send: (topic, envelope) => void sent.push([topic.name, envelope]),
    onReceive(listener) {
      deliver = listener;
    },
  };
  line = createCommitLine(beneath, (reader) => here.has(reader));
  line.onReceive((name, envelope) => void received.push([name, envelope]));
});

const envelopeOf = <Message>(message: Message, at = 5): Envelope<Message> => ({
  version: BUS_VERSION,
  at,
  message,
});
const eventsOf = (userId: string) => ({ userId, epoch: 'e1', records: [] });
const commits = (): CommitMessage[] =>
  sent.filter(([name]) => name === 'commit').map(([, { message }]) => message as CommitMessage);

describe('what leaves', () => {
  test('the messages of one turn for readers leave as one, with its readers first and the age of the oldest', async () => {
    line.send(journalTopic, envelopeOf(eventsOf('u1'), 5));
    line.send(portfolioTopic, envelopeOf({ userId: 'u1' }, 6));
    line.send(ordersTopic, envelopeOf(ORDERS_WAITING, 7));
    line.send(journalTopic, envelopeOf(eventsOf('u2'), 7));
    expect(sent).toEqual([]);
    await until(() => sent.length > 0, 'the turn ends');
    const message: CommitMessage = {
      to: ['u1', ENGINE, 'u2'],
      items: [
        ['journal', 'u1', eventsOf('u1')],
        ['portfolio', 'u1', { userId: 'u1' }],
        ['orders', ENGINE, {}],
        ['journal', 'u2', eventsOf('u2')],
      ],
    };
    expect(sent).toEqual([['commit', { version: BUS_VERSION, at: 5, message }]]);
    expect(JSON.stringify(message).startsWith('{"to":["u1",')).toBe(true);
  });

  test('the next turn has a message of its own', async () => {
    line.send(portfolioTopic, envelopeOf({ userId: 'u1' }));
    await until(() => sent.length === 1, 'the turn ends');
    line.send(portfolioTopic, envelopeOf({ userId: 'u2' }));
    await until(() => sent.length === 2, 'the second turn ends');
    expect(commits().map(({ to }) => to)).toEqual([['u1'], ['u2']]);
  });

  test('what every replica reads leaves by itself and at once', () => {
    const demand = envelopeOf({ replica: 'one', symbols: ['AAPL'] });
    line.send(STOCK_TOPICS.demand, demand);
    expect(sent).toEqual([['demand', demand]]);
  });

  test('a turn of many messages leaves in bounded ones, in order and completely', async () => {
    const users = Array.from({ length: 2 * MAX_ITEMS + 1 }, (_, index) => `u${index}`);
    for (const userId of users) line.send(portfolioTopic, envelopeOf({ userId }));
    await until(() => sent.length === 3, 'the turn ends');
    expect(commits().map(({ items }) => items.length)).toEqual([MAX_ITEMS, MAX_ITEMS, 1]);
    expect(commits().flatMap(({ items }) => items.map(([, reader]) => reader))).toEqual(users);
  });
});

describe('what arrives', () => {
  const commit = envelopeOf<CommitMessage>({
    to: ['u1', 'u2'],
    items: [
      ['portfolio', 'u1', { userId: 'u1' }],
      ['portfolio', 'u2', { userId: 'u2' }],
      ['journal', 'u1', eventsOf('u1')],
    ],
  });

  test('goes on as the messages of the readers here, each in an envelope of its own', () => {
    here.add('u1');
    deliver('commit', commit);
    expect(received).toEqual([
      ['portfolio', envelopeOf({ userId: 'u1' })],
      ['journal', envelopeOf(eventsOf('u1'))],
    ]);
  });

  test('of a replica that sends each message by itself goes on unchanged', () => {
    deliver('portfolio', envelopeOf({ userId: 'u9' }));
    expect(received).toEqual([['portfolio', envelopeOf({ userId: 'u9' })]]);
  });

  test.each([
    null,
    {},
    envelopeOf({ to: ['u1'] }),
    envelopeOf({ to: 'u1', items: [] }),
    envelopeOf({ to: ['u1'], items: [['portfolio', 5, {}]] }),
    envelopeOf({ to: ['u1'], items: [null] }),
  ])('goes on as it is where it cannot be read, so that the bus counts it: %j', (broken) => {
    here.add('u1');
    deliver(commitTopic.name, broken);
    expect(received).toEqual([['commit', broken]]);
  });
});
