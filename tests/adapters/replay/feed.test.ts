import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createReplayFeed } from '../../../src/adapters/replay/feed.ts';
import { createReplayInstruments } from '../../../src/adapters/replay/instruments.ts';
import type { MarketFeed } from '../../../src/domain/market/feed.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: MarketFeed[] = [];
afterEach(async () => {
  for (const feed of running.splice(0)) await feed.stop();
});

const RECORDED = Date.parse('2013-10-08T14:00:00Z');
const line = (seconds: number, fields: object = {}): string =>
  JSON.stringify({
    ev: 'T',
    sym: 'AAPL',
    i: String(seconds),
    x: 11,
    p: 100 + seconds,
    s: 100,
    t: RECORDED + seconds * 1_000,
    q: seconds + 1,
    ...fields,
  });

function fileOf(content: string | Buffer): string {
  const file = path.join(folder, `${Math.trunc(performance.now() * 1_000)}.ndjson`);
  writeFileSync(file, content);
  return file;
}

function play(file: string, options: { speed?: number | 'max'; loop?: boolean } = {}) {
  const clock = createManualClock('2026-06-15T15:00:00Z');
  const sink = createCollectingSink();
  const feed = createReplayFeed({ file, speed: 'max', loop: false, clock, log: silentLog, ...options });
  running.push(feed);
  feed.start(sink);
  const ends = (): Promise<void> =>
    sink.until(({ statuses }) => ['ended', 'refused'].includes(statuses.at(-1)?.state ?? ''));
  return { clock, sink, feed, ends };
}

/** Resolves once the replay waits for the time of its next event. */
async function untilWaiting(clock: { pending(): number }): Promise<void> {
  while (clock.pending() === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('a recording', () => {
  test.each([
    ['plain', (text: string) => text],
    ['gzip', (text: string) => gzipSync(text)],
  ])('in %s is played event by event, and then it has ended', async (_name, pack) => {
    const { sink, clock, ends } = play(fileOf(pack(`${line(0)}\n${line(1)}\n\n${line(2)}`)));
    await ends();
    expect(sink.trades.map(({ price }) => price)).toEqual([100, 101, 102]);
    // Source times are the recorded ones, only the receipt is now.
    expect(sink.trades[0]).toMatchObject({ sourceTime: RECORDED, receivedAt: clock.now() });
    expect(sink.statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'ended']);
    expect([...sink.flowing]).toEqual(['AAPL']);
  });

  test('keeps its own pace, or a multiple of it', async () => {
    const { clock, sink, ends } = play(fileOf([0, 10, 30].map((s) => line(s)).join('\n')), { speed: 2 });
    await untilWaiting(clock);
    clock.advance(4_990);
    expect(sink.trades).toHaveLength(1);
    clock.advance(10);
    await sink.until(({ trades }) => trades.length === 2);
    await untilWaiting(clock);
    clock.advance(9_990);
    expect(sink.trades).toHaveLength(2);
    clock.advance(10);
    await ends();
    expect(sink.trades).toHaveLength(3);
  });

  test('holds no quotes, or holds some, and says so before its first event', async () => {
    const bare = play(fileOf([line(0), line(1)].join('\n')));
    await bare.ends();
    expect(bare.sink.statuses.map(({ state, withoutQuotes }) => [state, withoutQuotes])).toEqual([
      ['connecting', undefined],
      ['live', true],
      ['ended', true],
    ]);
    const quote = JSON.stringify({ ev: 'Q', sym: 'AAPL', bp: 99, ap: 101, bs: 1, as: 1, t: RECORDED });
    const quoted = play(fileOf([line(0), quote].join('\n')));
    await quoted.ends();
    expect(quoted.sink.statuses.every(({ withoutQuotes }) => withoutQuotes === undefined)).toBe(true);
  });

  test('with a halt in it, whose time is nanoseconds, keeps its pace', async () => {
    const halt = JSON.stringify({ ev: 'LULD', T: 'AAPL', i: [17], t: (RECORDED + 10_000) * 1e6 });
    const { clock, sink, ends } = play(fileOf([line(0), halt, line(20)].join('\n')), { speed: 1 });
    await untilWaiting(clock);
    clock.advance(10_000);
    await sink.until(({ halts }) => halts.length === 1);
    expect(sink.halts[0]).toMatchObject({ symbol: 'AAPL', halted: true, sourceTime: RECORDED + 10_000 });
    await untilWaiting(clock);
    clock.advance(10_000);
    await ends();
    expect(sink.trades).toHaveLength(2);
  });

  test('does not make anybody wait through the night between two days', async () => {
    const { clock, sink, ends } = play(fileOf([line(0), line(86_400), line(86_401)].join('\n')), {
      speed: 1,
    });
    await untilWaiting(clock);
    clock.advance(60_000);
    await sink.until(({ trades }) => trades.length === 2);
    await untilWaiting(clock);
    clock.advance(1_000);
    await ends();
    expect(sink.trades[1]?.sourceTime).toBe(RECORDED + 86_400_000);
    expect(sink.trades).toHaveLength(3);
  });

  test('that loops says that it begins again before its first event', async () => {
    const { sink, feed } = play(fileOf(`${line(0)}\n${line(1)}`), { loop: true });
    const order: string[] = [];
    await sink.until(({ trades, counts }) => {
      order.push(`${counts.restarted}:${trades.length}`);
      return trades.length >= 4;
    });
    await feed.stop();
    expect(order).toContain('1:2');
    expect(order).not.toContain('0:3');
    expect(sink.trades[2]).toMatchObject({ price: 100, sourceTime: RECORDED });
  });

  test('with rubbish in it loses the rubbish only', async () => {
    const rubbish = ['{"ev":"T","sym"', 'not json', line(5, { p: -1 }), '[]', 'y'.repeat(3_000_000), 'null'];
    const { sink, ends } = play(fileOf([line(0), ...rubbish, line(1)].join('\n')));
    await ends();
    expect(sink.trades).toHaveLength(2);
    expect(sink.counts.dropped).toBe(5);
  });

  test('stopped in the middle of waiting leaves no timer and says nothing more', async () => {
    const { clock, sink, feed } = play(fileOf(`${line(0)}\n${line(50)}`), { speed: 1 });
    await untilWaiting(clock);
    await feed.stop();
    clock.advance(100_000);
    expect(sink.trades).toHaveLength(1);
    expect(feed.status()).toEqual({ state: 'down' });
    expect(clock.pending()).toBe(0);
  });
});

describe('a file that is no recording is a clear sentence', () => {
  test.each([
    ['missing', () => path.join(folder, 'nowhere.ndjson'), 'does not exist: check REPLAY_FILE.'],
    ['a folder', () => folder, 'is a folder: REPLAY_FILE names one file.'],
    ['empty', () => fileOf(''), 'holds no market events.'],
    ['of something else', () => fileOf('symbol,price\nAAPL,100\n'), 'holds no market events.'],
    [
      'cut off',
      () => fileOf(gzipSync(Array.from({ length: 5_000 }, (_, i) => line(i)).join('\n')).subarray(0, 2_000)),
      'is damaged',
    ],
  ])('when it is %s', async (_name, file, sentence) => {
    const { sink, ends } = play(file(), { loop: true });
    await ends();
    expect(sink.statuses.at(-1)).toMatchObject({
      state: 'refused',
      detail: expect.stringContaining(sentence),
    });
  });
});

describe('the symbols of a recording', () => {
  test('are those in the file, with names where they are well known', async () => {
    const directory = createReplayInstruments({ file: fileOf(`${line(0)}\n${line(1, { sym: 'ZZZZ' })}`) });
    expect(directory.knows('AAPL')).toBeUndefined();
    expect(await directory.search('', 10)).toEqual([
      { symbol: 'AAPL', name: 'Apple Inc.' },
      { symbol: 'ZZZZ', name: 'ZZZZ' },
    ]);
    expect(await directory.get('MSFT')).toBeNull();
    expect(directory.knows('ZZZZ')).toBe(true);
  });

  test('cannot be told from a file that cannot be read', async () => {
    const directory = createReplayInstruments({ file: path.join(folder, 'nowhere.ndjson') });
    await expect(directory.get('AAPL')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
