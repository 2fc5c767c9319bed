import { describe, expect, test } from '@jest/globals';
import { check, type Evidence, type Verdict } from '../../drill/support/checker.ts';

const USER = 'u1';
const EPOCH = 'e1';

/** A user who got two trades from outside and one order filled here, all received by one client. */
function clean(): Evidence {
  const journal = [
    { seq: 4, event: 'trade:executed', id: 't1', orderId: null },
    { seq: 5, event: 'order:update', id: 'o1', orderId: null },
    { seq: 6, event: 'trade:executed', id: 'x1', orderId: 'o1' },
    { seq: 7, event: 'order:update', id: 'o1', orderId: null },
    { seq: 8, event: 'trade:executed', id: 't2', orderId: null },
  ].map((row) => ({ ...row, userId: USER, epoch: EPOCH }));
  const acknowledged = { userId: USER, sentAt: 1_000, acknowledgedAt: 1_010, seq: null, orderId: null };
  return {
    sent: [
      { ...acknowledged, kind: 'trade', key: 't1', seq: 4 },
      { ...acknowledged, kind: 'trade', key: 't2', seq: 8 },
      { ...acknowledged, kind: 'order', key: 'k1', orderId: 'o1' },
    ],
    journal,
    orders: [{ id: 'o1', key: 'k1', userId: USER, status: 'filled', quantity: 10, filledQuantity: 10 }],
    fills: [{ executionId: 'x1', orderId: 'o1', quantity: 10 }],
    broker: [{ orderId: 'o1', filledQuantity: 10, taken: 1 }],
    clients: [
      {
        client: 'c1',
        userId: USER,
        from: { epoch: EPOCH, seq: 3 },
        received: journal.map(({ seq, id }) => ({ epoch: EPOCH, seq, id, at: 1_020, replica: 'a' })),
      },
    ],
    quotes: { delivered: 10, stale: [] },
  };
}

const KINDS = ['lost', 'duplicated', 'disordered', 'unexpected', 'stale'] as const;
type Kind = (typeof KINDS)[number];

const kindsOf = (verdict: Verdict): Kind[] => KINDS.filter((kind) => verdict[kind].length > 0);

function heardBy(change: (received: Evidence['clients'][number]['received']) => object[]): Evidence {
  const evidence = clean();
  const [client] = evidence.clients;
  return { ...evidence, clients: [{ ...client!, received: change(client!.received) as never }] };
}
const withOrder = (change: object): Evidence => {
  const evidence = clean();
  return { ...evidence, orders: [{ ...evidence.orders[0]!, ...change }] };
};
const withBroker = (change: object): Evidence => {
  const evidence = clean();
  return { ...evidence, broker: [{ ...evidence.broker![0]!, ...change }] };
};
const withoutRow = (seq: number): Evidence => {
  const evidence = clean();
  return { ...evidence, journal: evidence.journal.filter((row) => row.seq !== seq) };
};
const withSent = (change: object): Evidence => {
  const evidence = clean();
  return { ...evidence, sent: [{ ...evidence.sent[0]!, ...change }, ...evidence.sent.slice(1)] };
};

describe('the checker of the drills', () => {
  test('finds nothing where everything is as it was promised', () => {
    const verdict = check(clean());
    expect(kindsOf(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ sent: 3, acknowledged: 3, delivered: 5, quotes: 10 });
  });

  test('owes nobody what was sent and never acknowledged, whether it happened or not', () => {
    const open = { ...clean().sent[0]!, key: 't9', acknowledgedAt: null, seq: null };
    expect(kindsOf(check({ ...clean(), sent: [...clean().sent, open] }))).toEqual([]);
    expect(kindsOf(check(withSent({ acknowledgedAt: null, seq: null })))).toEqual([]);
  });

  test('counts only what was sent since the run began, and knows the rest', () => {
    const verdict = check({ ...clean(), since: 2_000 });
    expect(verdict).toMatchObject({ sent: 0, acknowledged: 0 });
    expect(kindsOf(verdict)).toEqual([]);
  });

  test('takes a replayed event of another epoch for an event of its own', () => {
    const evidence = clean();
    const again = evidence.journal.map((row) => ({ ...row, epoch: 'e2', seq: row.seq - 3 }));
    const [client] = evidence.clients;
    const received = again.map(({ epoch, seq, id }) => ({ epoch, seq, id, at: 1_020, replica: 'a' }));
    const sent = evidence.sent.map((one) => (one.seq === null ? one : { ...one, seq: one.seq - 3 }));
    expect(
      kindsOf(check({ ...evidence, sent, journal: again, clients: [{ ...client!, received }] })),
    ).toEqual([]);
  });

  test.each<[string, Kind, Evidence]>([
    ['an acknowledged trade is not in the journal', 'lost', { ...withoutRow(8), clients: [] }],
    ['the journal has a hole', 'lost', withoutRow(5)],
    ['a client never hears an event', 'lost', heardBy((received) => received.slice(0, -1))],
    ['a client misses one in the middle', 'lost', heardBy((received) => received.toSpliced(1, 1))],
    ['an acknowledged order is not there', 'lost', { ...clean(), orders: [], fills: [], broker: null }],
    ['an order comes to no end', 'lost', withOrder({ status: 'submitting' })],
    ['a fill is never told', 'lost', { ...withoutRow(6), clients: [] }],
    ['an order counts more shares than its fills', 'lost', { ...clean(), fills: [] }],
    ['the broker filled more than we know', 'lost', withBroker({ filledQuantity: 12 })],

    [
      'a number is in the journal twice',
      'duplicated',
      { ...clean(), journal: [...clean().journal, clean().journal[4]!] },
    ],
    [
      'a trade is in the journal under two numbers',
      'duplicated',
      { ...clean(), journal: [...clean().journal, { ...clean().journal[0]!, seq: 9 }], clients: [] },
    ],
    ['a client hears an event again', 'duplicated', heardBy((received) => [...received, received[2]!])],
    [
      'a client hears what it had before it came',
      'duplicated',
      heardBy((received) => [{ ...received[0]!, seq: 3, id: 't0' }, ...received]),
    ],
    [
      'a fill is told twice',
      'duplicated',
      { ...clean(), journal: [...clean().journal, { ...clean().journal[2]!, seq: 9 }], clients: [] },
    ],
    [
      'fills are more than the order counts',
      'duplicated',
      { ...clean(), fills: [...clean().fills, { executionId: 'x2', orderId: 'o1', quantity: 10 }] },
    ],
    [
      'one key made two orders',
      'duplicated',
      { ...clean(), orders: [...clean().orders, { ...clean().orders[0]!, id: 'o2', filledQuantity: 0 }] },
    ],
    ['the broker took an order twice', 'duplicated', withBroker({ taken: 2 })],

    [
      'a client hears two events in the wrong order',
      'disordered',
      heardBy((received) => [received[1]!, received[0]!, ...received.slice(2)]),
    ],

    ['a trade that nobody sent is in the journal', 'unexpected', { ...clean(), sent: clean().sent.slice(1) }],
    ['a trade is told to another user', 'unexpected', withSent({ userId: 'u2' })],
    ['a trade has another number than was answered', 'unexpected', withSent({ seq: 5 })],
    [
      'a client hears another event under the number',
      'unexpected',
      heardBy((received) => [{ ...received[0]!, id: 't7' }, ...received.slice(1)]),
    ],
    [
      'a client hears what is not in the journal',
      'unexpected',
      heardBy((received) => [...received, { ...received[0]!, seq: 9 }]),
    ],
    ['an order that nobody sent is there', 'unexpected', withOrder({ key: 'k2' })],
    [
      'the broker has an order that is not ours',
      'unexpected',
      { ...clean(), broker: [...clean().broker!, { orderId: 'o9', filledQuantity: 0, taken: 1 }] },
    ],
    ['we have more filled than the broker', 'unexpected', withBroker({ filledQuantity: 8 })],

    [
      'an old quote is shown as the present one',
      'stale',
      { ...clean(), quotes: { delivered: 1, stale: [{ symbol: 'AAPL', ageMs: 2_500, at: 1 }] } },
    ],
  ])('sees that %s', (_, kind, evidence) => {
    expect(kindsOf(check(evidence))).toContain(kind);
  });
});
