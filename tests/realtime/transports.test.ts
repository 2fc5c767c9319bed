import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from '../../rig/wait.ts';
import type { QuotePayload } from '../../src/protocol/quotes.ts';
import type { JournalPosition } from '../../src/protocol/trades.ts';
import {
  EVENT_TRANSPORT_NAMES,
  type LineClient,
  startRealtime,
  type TestRealtime,
  TRANSPORT_NAMES,
} from '../support/realtime.ts';

const letter = (index: number): string => String.fromCharCode(65 + index);
const SYMBOLS = Array.from(
  { length: 200 },
  (_, index) => `S${letter(Math.floor(index / 26))}${letter(index % 26)}`,
);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let service: TestRealtime;
afterEach(() => service.close());

/** Time passes a little with every look: the fan-out rests by the clock after each of its turns. */
const eventually = (holds: () => boolean, what: string): Promise<void> =>
  until(() => {
    service.clock.advance(5);
    return holds();
  }, what);
const confirmed = (client: LineClient, type: string): Promise<void> =>
  eventually(
    () =>
      client.payloads<{ type: string }>('subscription:confirmed').some((payload) => payload.type === type),
    `${type} is confirmed`,
  );
describe.each(TRANSPORT_NAMES)('over %s', (kind) => {
  async function watch(userId: string, symbols: readonly string[]): Promise<LineClient> {
    const client = await service.connect(userId);
    client.emit('subscribe:watchlist', symbols);
    await confirmed(client, 'watchlist');
    return client;
  }
  const latest = (client: LineClient): Map<string, number> =>
    new Map(
      client
        .payloads<QuotePayload>('quote:update')
        .slice(-10 * SYMBOLS.length)
        .map(({ symbol, price }) => [symbol, price]),
    );

  /** Moves every symbol until more is due to the paused reader than may be on its way; answers with the last price. */
  async function moveUntilConflated(reader: LineClient, enough = 1_000, from = 100): Promise<number> {
    let price = from;
    // The longest rest of the fan-out, once, and a short one after each price: two seconds in all. On a busy machine
    // there are more looks, and their time would add up to what closes the paused reader.
    let rest = 100;
    while (service.conflated() < enough) {
      price += 1;
      service.move(SYMBOLS, price);
      let looks = 0;
      await until(() => {
        if (looks++ < 5 || rest-- > 0) service.clock.advance(5);
        return latest(reader).get(SYMBOLS.at(-1)!) === price;
      }, 'the other reader has it');
      expect(service.realtime.connections()).toBe(2);
    }
    return price;
  }

  /** Time passes, and the other reader answers meanwhile. */
  async function pass(seconds: number, good: LineClient): Promise<void> {
    const end = service.clock.now() + seconds * 1_000;
    for (let price = 50_000 + seconds; service.clock.now() < end; price += 0.01) {
      service.clock.advance(Math.min(5_000, end - service.clock.now()));
      service.move(['SAA'], price);
      await eventually(() => latest(good).get('SAA') === price, 'the other reader reads on');
    }
  }

  describe('the state lane', () => {
    test('sends each reader the symbols it watches, and unwatched ones no more', async () => {
      service = await startRealtime(kind);
      const [one, two] = [await watch('u1', ['AAPL', 'MSFT']), await watch('u2', ['MSFT'])];
      service.move(['AAPL', 'MSFT', 'TSLA'], 5);
      await eventually(() => latest(one).size === 2 && latest(two).size === 1, 'both have their quotes');
      one.emit('unsubscribe:watchlist', ['AAPL']);
      await eventually(() => one.payloads('unsubscription:confirmed').length === 1, 'it is confirmed');
      service.move(['AAPL', 'MSFT'], 6);
      await eventually(
        () => latest(one).get('MSFT') === 6 && latest(two).get('MSFT') === 6,
        'both have the next price',
      );
      expect(latest(one).get('AAPL')).toBe(5);
    });

    test('skips a reader that has paused, and sends it the latest of every symbol when it reads on', async () => {
      service = await startRealtime(kind);
      const [slow, good] = [await watch('u1', SYMBOLS), await watch('u2', SYMBOLS)];
      slow.pause();
      const price = await moveUntilConflated(good);
      service.clock.advance(1_000);
      expect(service.queuedBytes()).toBeLessThan(100_000);
      slow.resume();
      await eventually(
        () => SYMBOLS.every((symbol) => latest(slow).get(symbol) === price),
        'it has the latest of every symbol',
      );
      // No more than one price of each was on its way, though its line would have held hundreds.
      const old = slow.payloads<QuotePayload>('quote:update').filter((quote) => quote.price !== price);
      expect(old.length).toBeLessThanOrEqual(SYMBOLS.length);
      expect(good.payloads('quote:update').length).toBeGreaterThan(2 * SYMBOLS.length);
    });

    test('closes a reader that takes nothing for 30 seconds, with the reason, and no other', async () => {
      service = await startRealtime(kind);
      const [slow, good] = [await watch('u1', SYMBOLS), await watch('u2', SYMBOLS)];
      slow.pause();
      const price = await moveUntilConflated(good);
      await pass(25, good);
      expect(service.realtime.connections()).toBe(2);
      await pass(7, good);
      slow.resume();
      expect(await slow.closed).toBe('slow_consumer');
      await eventually(() => service.realtime.connections() === 1, 'its place is free');
      service.move(['SAA'], price + 1);
      await eventually(() => latest(good).get('SAA') === price + 1, 'the other one reads on');
    });

    test('keeps a reader that catches up every 25 seconds', async () => {
      service = await startRealtime(kind);
      const [slow, good] = [await watch('u1', SYMBOLS), await watch('u2', SYMBOLS)];
      slow.pause();
      let price = await moveUntilConflated(good);
      for (let round = 1; round <= 3; round++) {
        await pass(25, good);
        slow.resume();
        await eventually(() => latest(slow).get(SYMBOLS.at(-1)!) === price, 'it has caught up');
        slow.pause();
        price = await moveUntilConflated(good, service.conflated() + 1_000, price);
      }
      expect(service.realtime.connections()).toBe(2);
    });
  });

  test('a drain announces itself and closes every connection', async () => {
    service = await startRealtime(kind);
    const client = await service.connect('u1');
    const drained = service.realtime.drain(0);
    await drained;
    await client.closed;
    expect(client.payloads('server:shutdown')).toHaveLength(1);
    await eventually(() => service.realtime.connections() === 0, 'the service has seen it close');
  });
});

describe.each(EVENT_TRANSPORT_NAMES)('over %s', (kind) => {
  describe('the event lane', () => {
    async function follow(userId: string, position?: { epoch: string; after: number }): Promise<LineClient> {
      const client = await service.connect(userId);
      client.emit('subscribe:trades', position);
      await confirmed(client, 'trades');
      return client;
    }
    const seqs = (client: LineClient): number[] =>
      client.payloads<JournalPosition>('trade:executed').map(({ seq }) => seq);
    const head = { epoch: 'epoch-1', after: 0 };

    test('replays what was missed, then goes on live, without a hole or a repeat', async () => {
      service = await startRealtime(kind);
      service.journal.append('u1', 702);
      const client = await follow('u1', { ...head, after: 2 });
      expect(client.payloads('subscription:confirmed')).toMatchObject([{ head: 702, recovered: true }]);
      service.journal.append('u1', 1);
      await eventually(() => seqs(client).length >= 701, 'all of them');
      expect(seqs(client)).toEqual(range(3, 703));
    });

    test('gives every reader of a user each event once, in order, and nobody else', async () => {
      service = await startRealtime(kind);
      const [first, second, stranger] = [await follow('u1'), await follow('u1'), await follow('u2')];
      for (let count = 0; count < 50; count++) service.journal.append('u1', 1);
      await eventually(() => seqs(first).length >= 50 && seqs(second).length >= 50, 'both have all');
      expect([seqs(first), seqs(second), seqs(stranger)]).toEqual([range(1, 50), range(1, 50), []]);
    });

    test('fills a hole when the next notice shows it, and the last one by the sweep', async () => {
      service = await startRealtime(kind);
      const client = await follow('u1');
      service.journal.append('u1', 2, { notice: false });
      service.journal.append('u1', 1);
      await eventually(() => seqs(client).length === 3, 'the hole is filled');
      service.journal.append('u1', 1, { notice: false });
      service.clock.advance(5_000);
      await eventually(() => seqs(client).length === 4, 'the last one is found');
      expect(seqs(client)).toEqual(range(1, 4));
    });

    test('reads no further pages for a reader that has paused, and loses nothing of them', async () => {
      service = await startRealtime(kind);
      const slow = await service.connect('u1');
      // Three pages, each larger than what the line holds.
      service.journal.append('u1', 900, { notice: false, bytes: 40_000 });
      slow.pause();
      slow.emit('subscribe:trades', head);
      await eventually(() => service.journal.reads > 0, 'the first page is read');
      for (let turn = 0; turn < 50; turn++) await endOfTurn();
      expect(service.journal.reads).toBe(1);
      slow.resume();
      await eventually(() => seqs(slow).length === 900, 'everything has arrived');
      expect(seqs(slow)).toEqual(range(1, 900));
    });

    test('says recovered:false for another epoch, and starts at the head', async () => {
      service = await startRealtime(kind);
      service.journal.append('u1', 3);
      const client = await follow('u1', { epoch: 'another', after: 0 });
      expect(client.payloads('subscription:confirmed')).toMatchObject([{ head: 3, recovered: false }]);
      service.journal.append('u1', 1);
      await eventually(() => seqs(client).length === 1, 'the next event');
      expect(seqs(client)).toEqual([4]);
    });
  });
});
