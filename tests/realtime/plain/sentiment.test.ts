import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../../../rig/wait.ts';
import type { SentimentBoard, SentimentTotal } from '../../../src/domain/off-exchange/sentiment-board.ts';
import { createEmitter } from '../../../src/lib/emitter.ts';
import type { SentimentRow } from '../../../src/protocol/darkpool.ts';
import {
  MAX_SENTIMENT_ROWS,
  MAX_VISITORS_PER_ADDRESS,
  SENTIMENT_FULL_INTERVAL_MS,
} from '../../../src/protocol/limits.ts';
import { sentimentEndpoint } from '../../../src/realtime/plain/sentiment/endpoint.ts';
import { openPlain, type PlainClient } from '../../support/plain-client.ts';
import { startRealtime, type TestRealtime } from '../../support/realtime.ts';

/** A board that the test moves. */
function createBoard() {
  const totals = new Map<string, SentimentTotal>();
  const changed = createEmitter<[readonly SentimentTotal[]]>();
  const doubted = createEmitter();
  const board: SentimentBoard = {
    all: () => [...totals.values()],
    onChange: changed.on,
    onDoubt: doubted.on,
  };
  const set = (total: SentimentTotal): void => void totals.set(total.symbol, total);
  return {
    board,
    set,
    move(...moved: readonly SentimentTotal[]): void {
      for (const total of moved) set(total);
      changed.emit(moved);
    },
    doubt(...all: readonly SentimentTotal[]): void {
      totals.clear();
      for (const total of all) set(total);
      doubted.emit();
    },
  };
}

const at = (time: string): number => Date.parse(`2025-10-29T${time}Z`);
const total = (symbol: string, bullish: bigint, bearish = 0n, unknown = 0n): SentimentTotal => ({
  symbol,
  bullish,
  bearish,
  unknown,
  lastUpdated: at('14:30:00.000'),
});

/** Of 80 KB each: far more than a line and the queue of a reader hold. */
const ROUNDS = 150;

let service: TestRealtime;
let market: ReturnType<typeof createBoard>;
const opened: PlainClient[] = [];

async function begin(isPublic: boolean): Promise<void> {
  market = createBoard();
  service = await startRealtime('plain WebSocket', (parts) => [
    sentimentEndpoint({ ...parts, board: market.board, isPublic }),
  ]);
}
beforeEach(() => begin(true));
afterEach(async () => {
  for (const { ws } of opened.splice(0)) ws.terminate();
  await service.close();
});

function open(): PlainClient {
  const client = openPlain(service.port!, { path: '/ws' });
  opened.push(client);
  return client;
}
async function greeted(): Promise<PlainClient> {
  const client = open();
  await until(() => client.texts.length > 0, 'the first message');
  return client;
}
/** The text of the message that is number `index`, from 0. */
async function message(client: PlainClient, index: number): Promise<string> {
  await until(() => client.texts.length > index, `message ${index}`);
  return client.texts[index]!;
}

/** The service has read what the client answered to everything before: a pong comes back behind it. */
async function answers({ ws }: PlainClient): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const pong = new Promise((resolve) => ws.once('pong', resolve));
    ws.ping();
    await pong;
  }
}

/** The service looks at its readers once a second; between two looks they have time to answer. */
async function withLooks(holds: () => boolean, what: string): Promise<void> {
  let turns = 0;
  await until(() => {
    if (turns++ % 20 === 0) service.clock.advance(1_000);
    return holds();
  }, what);
}

/** What a client that adds up the updates shows, in cents. */
function shownBy({ texts }: PlainClient): Map<string, bigint> {
  const shown = new Map<string, bigint>();
  const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));
  const sum = (row: Omit<SentimentRow, 'ticker' | 'last_updated'>): bigint =>
    cents(row.bullish_amount) + cents(row.bearish_amount) + cents(row.unknown_amount);
  for (const text of texts) {
    const said = JSON.parse(text);
    if (said.type === 'update') shown.set(said.ticker, (shown.get(said.ticker) ?? 0n) + sum(said));
    if (said.type !== 'initial' && said.type !== 'full') continue;
    shown.clear();
    for (const row of said.data) shown.set(row.ticker, sum(row));
  }
  return shown;
}

describe('a reader of off-exchange totals', () => {
  test('gets the frames of the document: initial, update, full', async () => {
    market.set(total('AAPL', 123_456_789n, 98_765_432n, 1n));
    const client = await greeted();
    expect(client.texts).toEqual([
      '{"type":"initial","data":[{"ticker":"AAPL","bullish_amount":"1234567.89","bearish_amount":"987654.32",' +
        '"last_updated":"2025-10-29T14:30:00.000Z","unknown_amount":"0.01"}]}',
    ]);
    market.move({ ...total('AAPL', 128_456_789n, 98_765_432n, 1n), lastUpdated: at('14:35:12.345') });
    expect(await message(client, 1)).toBe(
      '{"type":"update","ticker":"AAPL","bullish_amount":"50000.00","bearish_amount":"0.00",' +
        '"unknown_amount":"0.00","timestamp":"2025-10-29T14:35:12.345Z"}',
    );
    service.clock.advance(SENTIMENT_FULL_INTERVAL_MS);
    expect(await message(client, 2)).toBe(
      '{"type":"full","data":[{"ticker":"AAPL","bullish_amount":"1284567.89","bearish_amount":"987654.32",' +
        '"last_updated":"2025-10-29T14:35:12.345Z","unknown_amount":"0.01"}],"timestamp":"2026-03-02T15:01:00.000Z"}',
    );
  });

  test('is answered in kind, and may answer in kind', async () => {
    const client = await greeted();
    for (const text of ['{"type":"ping"}', '{"type":"pong"}', 'pong', 'ping']) client.send(text);
    expect(await message(client, 2)).toBe('pong');
    expect(client.texts).toEqual(['{"type":"initial","data":[]}', '{"type":"pong"}', 'pong']);
  });

  test('is told of a message that it cannot send, and reads on', async () => {
    const client = await greeted();
    client.send('{"type":"subscribe","symbols":["AAPL"]}');
    expect(JSON.parse(await message(client, 1))).toMatchObject({ type: 'error', code: 'UNKNOWN_EVENT' });
    client.send('{');
    expect(JSON.parse(await message(client, 2))).toMatchObject({ type: 'error', code: 'VALIDATION' });
    market.move(total('AAPL', 5n));
    expect(JSON.parse(await message(client, 3))).toMatchObject({ type: 'update', bullish_amount: '0.05' });
  });

  test('hears nothing of a move of less than a cent, and gets less where prints are taken back', async () => {
    const client = await greeted();
    market.move(total('AAPL', 100n, 250n));
    market.move(total('AAPL', 100n, 250n));
    market.move(total('AAPL', 100n, 195n));
    const updates = [await message(client, 1), await message(client, 2)].map((text) => JSON.parse(text));
    expect(updates.map(({ bearish_amount }) => bearish_amount)).toEqual(['2.50', '-0.55']);
  });

  test('begins anew where updates may have been missed', async () => {
    market.set(total('AAPL', 100n));
    const client = await greeted();
    market.doubt(total('TSLA', 7n));
    expect(JSON.parse(await message(client, 1))).toMatchObject({
      type: 'full',
      data: [{ ticker: 'TSLA', bullish_amount: '0.07' }],
    });
    market.move(total('TSLA', 9n));
    expect(JSON.parse(await message(client, 2))).toMatchObject({ type: 'update', bullish_amount: '0.02' });
  });

  test('that pauses gets a full in place of what it missed, and its sums agree to the cent', async () => {
    const [slow, quick] = [await greeted(), await greeted()];
    slow.ws.pause();
    const symbols = Array.from({ length: MAX_SENTIMENT_ROWS }, (_, index) => `S${index}`);
    let cents = 0n;
    for (let round = 0; round < ROUNDS; round++) {
      cents += 12_345n;
      market.move(...symbols.map((symbol) => total(symbol, cents)));
      const told = 1 + (round + 1) * symbols.length;
      await until(() => quick.texts.length === told, `the quick one has read round ${round}`);
    }
    slow.ws.resume();
    await withLooks(() => slow.texts.some((text) => text.startsWith('{"type":"full"')), 'a full');
    expect([...shownBy(slow)].filter(([, shown]) => shown !== cents)).toEqual([]);
    expect([...shownBy(quick)].filter(([, shown]) => shown !== cents)).toEqual([]);
    expect(slow.texts.length).toBeLessThan(quick.texts.length);
    market.move(total('S0', cents + 1n));
    await until(() => shownBy(slow).get('S0') === cents + 1n, 'updates go on');
  });

  test('has the largest tickers, and others take their place within a minute', async () => {
    for (let index = 1; index <= MAX_SENTIMENT_ROWS; index++)
      market.set(total(`S${index}`, BigInt(index) * 100n));
    const client = await greeted();
    market.move(total('NEW', 99n));
    market.move(total('NEW', 1_000_000n));
    await answers(client);
    service.clock.advance(SENTIMENT_FULL_INTERVAL_MS);
    await withLooks(() => client.texts.length > 1, 'the full');
    const full = JSON.parse(client.texts[1]!);
    expect(full.type).toBe('full');
    expect(full.data).toHaveLength(MAX_SENTIMENT_ROWS);
    expect(full.data[0]).toMatchObject({ ticker: 'NEW', bullish_amount: '10000.00' });
    expect(full.data.map(({ ticker }: SentimentRow) => ticker)).not.toContain('S1');
  });
});

describe('who may read', () => {
  test('an address has its places where the page is for everybody, and members keep theirs', async () => {
    const visitors = await Promise.all(Array.from({ length: MAX_VISITORS_PER_ADDRESS }, greeted));
    expect(service.realtime.users()).toBe(0);
    expect(service.realtime.connections()).toBe(MAX_VISITORS_PER_ADDRESS);
    const refused = open();
    const status = await new Promise((resolve) =>
      refused.ws.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(429);
    visitors[0]!.ws.terminate();
    await until(() => service.realtime.connections() < MAX_VISITORS_PER_ADDRESS, 'one has left');
    await greeted();
  });

  test('a token that is no good is refused, also where nobody needs one', async () => {
    const client = openPlain(service.port!, { path: '/ws?token=forged' });
    opened.push(client);
    expect((await client.closed).code).toBe(4401);
  });

  test('a restart is announced to visitors', async () => {
    const client = await greeted();
    const drained = service.realtime.drain(0);
    await until(() => client.texts.some((text) => text.includes('server_shutdown')), 'the announcement');
    service.clock.advance(1_000);
    await drained;
    expect((await client.closed).code).toBe(1012);
  });

  test('nobody without an identity, unless it is public', async () => {
    await service.close();
    await begin(false);
    const client = open();
    await new Promise((resolve) => client.ws.once('open', resolve));
    client.send('{"type":"ping"}');
    expect((await client.closed).code).toBe(4401);
    expect(client.texts.map((text) => JSON.parse(text).code)).toEqual(['NO_SESSION_ID']);
  });
});
