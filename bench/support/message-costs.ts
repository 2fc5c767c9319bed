import { commitTopic } from '../../src/domain/bus/commit-line.ts';
import { BUS_VERSION, openEnvelope } from '../../src/domain/bus/envelope.ts';
import { createSeal } from '../../src/domain/bus/seal.ts';
import type { Topic } from '../../src/domain/bus/topic.ts';
import { journalTopic } from '../../src/domain/journal/topics.ts';
import { OPTION_TOPICS, STOCK_TOPICS } from '../../src/domain/market/topics.ts';
import { heartbeatTopic } from '../../src/domain/monitor/topics.ts';
import { totalsTopic } from '../../src/domain/off-exchange/topics.ts';
import { signalsTopic } from '../../src/domain/signals/topics.ts';
import { portfolioTopic } from '../../src/domain/trading/topics.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { SYMBOLS } from './quotes.ts';
import { cpuSeconds } from './usage.ts';

const CHANNEL = 'channel';
const WARM_UP = 200;
/** Orders of one commit under load. */
const ORDERS = 20;

interface Sample {
  readonly what: string;
  readonly topic: Topic;
  readonly message: unknown;
}

/** A line for each kind of message: its bytes, and the CPU time of both ends. */
export function measureMessages(rounds: number): string[] {
  const secrets = ['a-secret-that-is-as-long-as-it-has-to-be'];
  const newSeal = () => createSeal({ prefix: 'bench', secrets: () => secrets, clock: systemClock });
  const [sender, receiver] = [newSeal(), newSeal()];
  return [...marketSamples(), ...userSamples()].map(({ what, topic, message }) => {
    // As the adapter writes it.
    const close = (): Buffer => {
      const envelope = { version: BUS_VERSION, at: Date.now(), message };
      return sender.close(CHANNEL, JSON.stringify({ uid: 'abcdef', type: 6, data: [topic.name, envelope] }));
    };
    const sealed = Array.from({ length: rounds + WARM_UP }, close);
    const send = meanMicroseconds(rounds, close);
    let at = 0;
    const look = meanMicroseconds(rounds, () => receiver.look(sealed[at++ % sealed.length]!));
    at = 0;
    const receive = meanMicroseconds(rounds, () => {
      const opened = receiver.open(CHANNEL, sealed[at++]!);
      if ('refused' in opened) throw new Error(`${what} was refused as ${opened.refused}`);
      const { data } = JSON.parse(opened.body.toString()) as { data: [string, unknown] };
      const read = openEnvelope(topic, data[1], Date.now());
      if ('dropped' in read) throw new Error(`${what} was dropped as ${read.dropped}`);
    });
    return (
      `${what}: ${sealed[0]!.length} bytes, ${send.toFixed(1)} µs to send, ${receive.toFixed(1)} µs to receive, ` +
      `${look.toFixed(1)} µs to leave unopened`
    );
  });
}

/** After a warm-up of as many as `sealed` has more. */
function meanMicroseconds(rounds: number, run: () => unknown): number {
  for (let round = 0; round < WARM_UP; round++) run();
  const before = cpuSeconds();
  for (let round = 0; round < rounds; round++) run();
  return ((cpuSeconds() - before) / rounds) * 1e6;
}

function marketSamples(): Sample[] {
  const at = Date.now();
  const quote = (symbol: string) => ({
    ...{ symbol, day: '2026-01-05', price: 187.52, bid: 187.51, ask: 187.53, bidSize: 200, askSize: 300 },
    ...{ open: 185.5, high: 188.25, low: 184.75, previousClose: 186.1, volume: 1_234_567 },
    ...{
      sourceTime: at,
      receivedAt: at,
      nbboReceivedAt: at,
      priceTime: at,
      priceReceivedAt: at,
      state: 'live',
    },
  });
  const quotes = (symbols: readonly string[]) => ({
    lease: 3,
    after: 6,
    seq: 7,
    at,
    quotes: symbols.map(quote),
  });
  const contracts = SYMBOLS.slice(0, 200).map((symbol) => `O:${symbol}261218C00100000`);
  const row = (symbol: string) => ({
    ...{
      symbol,
      bullish: '123456789250000000000',
      bearish: '98765432500000000000',
      unknown: '1234567000000000000',
      prints: 1_234,
    },
    ...{ updatedAt: at, arrives: true },
  });
  const scope = { symbols: '*', quoted: 500, shed: 0, shedAt: null };
  const totals = {
    lease: 3,
    after: 6,
    seq: 7,
    at,
    edition: 0,
    day: '2026-01-05',
    whole: false,
    state: 'live',
    scope,
  };
  return [
    { what: 'quotes, 1', topic: STOCK_TOPICS.quotes, message: quotes(['AAPL']) },
    { what: 'quotes, 200', topic: STOCK_TOPICS.quotes, message: quotes(SYMBOLS.slice(0, 200)) },
    { what: 'options:quotes, 200', topic: OPTION_TOPICS.quotes, message: quotes(contracts) },
    {
      what: 'off-exchange, 50 rows',
      topic: totalsTopic,
      message: { ...totals, rows: SYMBOLS.slice(0, 50).map(row) },
    },
    {
      what: 'demand, 200 symbols',
      topic: STOCK_TOPICS.demand,
      message: { replica: 'one', symbols: SYMBOLS.slice(0, 200) },
    },
    {
      what: 'heartbeat',
      topic: heartbeatTopic,
      message: { replica: 'one', at, startedAt: at, connections: 10, users: 5 },
    },
  ];
}

function userSamples(): Sample[] {
  const signal = {
    id: 's-1',
    source: 'momentum',
    symbol: 'AAPL',
    side: 'buy',
    price: 187.5,
    text: 'x'.repeat(200),
  };
  const updated = {
    id: 'o-1',
    clientOrderId: 'c-1',
    symbol: 'AAPL',
    side: 'buy',
    type: 'market',
    quantity: 1,
  };
  const event = (seq: number) => ({
    seq,
    event: 'order:update',
    payload: {
      ...updated,
      status: 'filled',
      filledQuantity: 1,
      averagePrice: 187.52,
      updatedAt: '2026-01-05T15:00:00Z',
    },
  });
  const users = Array.from(
    { length: ORDERS },
    (_, index) => `00000000-0000-4000-8000-0000000000${10 + index}`,
  );
  const journal = (userId: string) => ({ userId, epoch: users[0]!, records: [event(1), event(2)] });
  const commit = {
    to: users,
    items: users.flatMap((userId) => [
      ['journal', userId, journal(userId)],
      ['portfolio', userId, { userId }],
    ]),
  };
  return [
    {
      what: 'signals, 1',
      topic: signalsTopic,
      message: { stream: 'free', epoch: 'e', records: [{ ...event(1), payload: signal }] },
    },
    { what: 'journal, 2 events', topic: journalTopic, message: journal(users[0]!) },
    { what: 'portfolio', topic: portfolioTopic, message: { userId: users[0] } },
    { what: `commit of ${ORDERS} orders`, topic: commitTopic, message: commit },
  ];
}
