/** The recorded contracts of the fixtures, played as option frames. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { FIXTURE_DAY, FIXTURE_SYMBOL, leanTradeLines } from '../../../rig/recordings/lean-days.ts';
import { readLeanMembers, toDollars } from '../../../rig/recordings/lean-files.ts';
import { leanOptionLines } from '../../../rig/recordings/lean-options.ts';
import { FIXTURES } from '../../../rig/recordings/places.ts';
import { writeLines } from '../../../rig/recordings/write-lines.ts';
import type { ReplayFeedOptions } from '../../../src/adapters/replay/feed.ts';
import { createReplayFeed } from '../../../src/adapters/replay/feed.ts';
import { createReplayInstruments } from '../../../src/adapters/replay/instruments.ts';
import { createReplayOptions as createOptions } from '../../../src/adapters/replay/options.ts';
import type { MarketFeed } from '../../../src/domain/market/feed.ts';
import { createQuoteBook } from '../../../src/domain/market/quote-book.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { type CollectingSink, createCollectingSink } from '../../support/collecting-sink.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'contracts-'));
afterAll(() => rmSync(folder, { recursive: true }));

function recordingOf(name: string, lines: Iterable<string>) {
  const file = path.join(folder, `${name}.ndjson`);
  writeLines(file, lines);
  return { file, speed: 'max' as const, loop: false, clock: systemClock, log: silentLog };
}
const goog = recordingOf('goog', leanOptionLines(FIXTURES, 'GOOG'));
const aapl = recordingOf('aapl', leanOptionLines(FIXTURES, 'AAPL'));

async function play(feed: MarketFeed): Promise<CollectingSink> {
  const sink = createCollectingSink();
  feed.start(sink);
  await sink.until(({ statuses }) => ['ended', 'refused'].includes(statuses.at(-1)?.state ?? ''));
  await feed.stop();
  return sink;
}

/** What the quote book makes of a sink's ticks. */
function quotesOf({ days, quotes, bars }: CollectingSink) {
  const book = createQuoteBook();
  for (const tick of days) book.day(tick);
  for (const tick of quotes) book.nbbo(tick);
  for (const tick of bars) book.bar(tick);
  return new Map(book.takeChanged(() => 'replay').map((quote) => [quote.symbol, quote]));
}

/** The recorded rows of one contract. */
function rowsOf(underlying: string, file: string, contract: string): readonly string[] {
  const members = [...readLeanMembers(FIXTURES, underlying, `${file}_american.zip`)];
  return members.find(([member]) => member.endsWith(`${contract}.csv`))![1];
}
const interestOf = (underlying: string, day: string, contract: string): number =>
  Number(rowsOf(underlying, `${day}_openinterest`, contract)[0]!.split(',')[1]);

const CALL = 'O:GOOG160115C00750000';

const createReplayOptions = (recording: ReplayFeedOptions) =>
  createOptions({ ...recording, instruments: createReplayInstruments(recording) });

test('a chain is found by the stock of the recording, whose root has no dot', async () => {
  const contract = 'O:BRKB160115C00130000';
  const file = path.join(folder, 'brkb.ndjson');
  writeLines(file, [JSON.stringify({ ev: 'A', sym: 'BRK.B' }), JSON.stringify({ ev: 'A', sym: contract })]);
  const { chains } = createReplayOptions({ ...goog, file });
  const { contracts } = await chains.chain({ underlying: 'BRK.B', expiry: '2016-01-15' });
  expect(contracts.map(({ symbol }) => symbol)).toEqual([contract]);
});

test('a contract whose recorded answer has no time is known by its symbol, and so are the others', async () => {
  const answered = (ticker: string, t?: number) =>
    JSON.stringify({
      ev: 'contract',
      t,
      result: { details: { ticker, contract_type: 'call' }, open_interest: 3 },
    });
  const [first, second] = ['O:GOOG160115C00700000', CALL];
  const file = path.join(folder, 'damaged.ndjson');
  writeLines(file, [answered(first), answered(second, newYorkTime('2015-12-24', 600))]);
  const { chains } = createReplayOptions({ ...goog, file });
  const { contracts } = await chains.chain({ underlying: 'GOOG', expiry: '2016-01-15' });
  expect(contracts.map(({ symbol, openInterest }) => [symbol, openInterest])).toEqual([
    [first, undefined],
    [second, 3],
  ]);
});

describe('the half day of GOOG', () => {
  test('plays every quote of its contracts, and ends each minute with the recorded bid and ask', async () => {
    const sink = await play(createReplayOptions(goog).feed);
    expect([sink.counts.dropped, sink.quotes.length, sink.days.length]).toEqual([0, 13_432, 78]);
    const midnight = newYorkTime('2015-12-24', 0);
    const played = sink.quotes
      .filter(({ symbol }) => symbol === CALL)
      .map(({ sourceTime, bid = 0, ask = 0 }) => [sourceTime - midnight - 60_000, bid, ask]);
    const recorded = rowsOf('goog', '20151224_quote', '_call_7500000_20160115').map((row) => {
      const [ms, , , , bid, , , , , ask] = row.split(',');
      return [Number(ms), toDollars(bid), toDollars(ask)];
    });
    expect(played).toEqual(recorded);
    expect(quotesOf(sink).get(CALL)).toMatchObject({
      openInterest: interestOf('goog', '20151224', '_call_7500000_20160115'),
    });
  });

  test('leaves its stock to the other feed, which plays no contract', async () => {
    const sink = await play(createReplayFeed(goog));
    expect([sink.counts.dropped, sink.bars.length, sink.quotes.length]).toEqual([0, 227, 0]);
    expect(new Set(sink.bars.map(({ symbol }) => symbol))).toEqual(new Set(['GOOG']));
  });

  test('has the chain of each recorded expiry, and nothing of other stocks', async () => {
    const { chains } = createReplayOptions(goog);
    expect(await chains.expirations('GOOG')).toEqual([
      { expiry: '2015-12-24', contracts: 26 },
      { expiry: '2015-12-31', contracts: 26 },
      { expiry: '2016-01-15', contracts: 26 },
    ]);
    const { contracts, partial } = await chains.chain({ underlying: 'GOOG', expiry: '2016-01-15' });
    expect([contracts.length, partial]).toEqual([26, false]);
    expect(contracts.slice(0, 2)).toMatchObject([
      { strike: 720, right: 'call', multiplier: 100, bid: undefined },
      { strike: 720, right: 'put' },
    ]);
    expect(contracts.every(({ openInterest }) => openInterest! > 0)).toBe(true);
    expect(await chains.contract(CALL)).toMatchObject({ underlying: 'GOOG', expiry: '2016-01-15' });
    expect(await chains.contract('O:GOOG160115C00123000')).toBeNull();
    await expect(chains.expirations('SPY')).rejects.toMatchObject({ code: 'NOT_IN_PLAN' });
    await expect(chains.chain({ underlying: 'SPY', expiry: '2016-01-15' })).rejects.toMatchObject({
      code: 'NOT_IN_PLAN',
    });
  });
});

test('a day of AAPL without option quotes has trades and open interest, and neither bid nor ask', async () => {
  const sink = await play(createReplayOptions(aapl).feed);
  expect([sink.counts.dropped, sink.quotes.length]).toEqual([0, 0]);
  const quotes = [...quotesOf(sink).values()];
  expect(quotes).toHaveLength(107);
  for (const { price, bid, ask, greeks } of quotes) {
    expect(price).toBeGreaterThan(0);
    expect([bid, ask, greeks?.impliedVolatility]).toEqual([undefined, undefined, undefined]);
  }
  const [first] = quotes.filter(({ symbol }) => symbol === 'O:AAPL140606C00645000');
  expect(first).toMatchObject({ openInterest: interestOf('aapl', '20140606', '_call_6450000_20140606') });
  expect(first!.volume).toBeGreaterThan(1_000);
});

test('a recording without contracts says so, and refuses their chains', async () => {
  const lines = leanTradeLines(FIXTURES, FIXTURE_DAY, { symbols: [FIXTURE_SYMBOL] });
  const { feed, chains } = createReplayOptions(recordingOf('ibm', lines));
  const { statuses } = await play(feed);
  expect(statuses.at(-1)).toEqual({
    state: 'refused',
    detail: expect.stringMatching(/^The recording .*ibm\.ndjson holds no option contracts\.$/),
  });
  await expect(chains.expirations('IBM')).rejects.toMatchObject({ code: 'NOT_IN_PLAN' });
});

test('damaged lines cost themselves only', async () => {
  const lines = [
    '{"ev":"contract","t":1,"result":{"details":{"ticker":"O:',
    ...leanOptionLines(FIXTURES, 'GOOG'),
  ];
  const { feed, chains } = createReplayOptions(recordingOf('damaged', lines));
  expect((await play(feed)).counts.dropped).toBe(1);
  expect(await chains.expirations('GOOG')).toHaveLength(3);
});

test('a recording that cannot be read is a status, and its chains are unavailable', async () => {
  const { feed, chains } = createReplayOptions({ ...goog, file: path.join(folder, 'absent.ndjson') });
  const { statuses } = await play(feed);
  expect(statuses.at(-1)).toMatchObject({
    state: 'refused',
    detail: expect.stringContaining('does not exist'),
  });
  await expect(chains.expirations('GOOG')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
