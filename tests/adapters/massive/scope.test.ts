/** Every trade of the market: what is asked for, what is shed, and what upstream's misbehaviour does to the sums. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import { startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createMassiveFeed } from '../../../src/adapters/massive/feed.ts';
import type { NbboTick, TradeTick } from '../../../src/domain/market/feed.ts';
import { createMarketHours } from '../../../src/domain/market/market-hours.ts';
import { dollarsOf } from '../../../src/domain/off-exchange/amount.ts';
import { createOffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';

const KEY = 'a-secret-key-of-nobody';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A feed that wants AAPL, with the quotes of MSFT beside it and all trades; everything goes into the sums, too. */
async function start({ quoted = ['MSFT'], everything = true } = {}) {
  const upstream = await startMassiveStandIn(KEY);
  const clock = createTestClock();
  const feed = createMassiveFeed({
    apiKey: KEY,
    wsUrl: upstream.wsUrl,
    restUrl: upstream.restUrl,
    pace: createRequestPace({ clock, perSecond: 1_000 }),
    clock,
    log: silentLog,
    hours: createMarketHours('always'),
  });
  const sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
  const sink = createCollectingSink();
  const tape = createCollectingSink();
  const both = (target: typeof sink) => ({
    trade(tick: TradeTick) {
      sums.trade(tick);
      target.trade(tick);
    },
    nbbo(tick: NbboTick) {
      sums.nbbo(tick);
      target.nbbo(tick);
    },
  });
  feed.setSymbols(new Set(['AAPL']));
  if (everything) feed.setScope?.({ quoted: new Set(quoted) });
  feed.start({
    ...sink,
    ...both(sink),
    tape: both(tape),
    status(status) {
      sink.status(status);
      if (status.state === 'down') sums.broken();
    },
  });
  cleanups.push(
    () => upstream.close(),
    () => feed.stop(),
  );
  const latest = () => upstream.connections.at(-1)!;
  const topics = () => [...latest().topics].sort().join();
  await sink.until(({ flowing }) => flowing.has('AAPL'));
  /** Resolves when everything that was sent before has been read. */
  const read = async (): Promise<void> => {
    const count = sink.bars.length;
    const t = clock.now();
    latest().send([{ ev: 'A', sym: 'SPY', v: 1, o: 1, c: 1, h: 1, l: 1, s: t - 1_000, e: t }]);
    await sink.until(({ bars }) => bars.length > count);
  };
  const sides = (symbol: string) => {
    const {
      bullish = 0n,
      bearish = 0n,
      unknown = 0n,
    } = sums.symbols().find((day) => day.symbol === symbol)?.totals ?? {};
    return [dollarsOf(bullish), dollarsOf(bearish), dollarsOf(unknown)];
  };
  return { upstream, clock, feed, sums, sink, tape, latest, topics, read, sides };
}

let number = 0;
/** A print of 100 shares at 10 dollars, made 7 ms before its report. */
const print = (sym: string, t: number, fields: object = {}) => {
  number += 1;
  const trf = { trfi: 202, trft: t, pt: t - 7 };
  return { ev: 'T', sym, i: String(number), x: 4, p: 10, s: 100, t, q: number, z: 3, ...trf, ...fields };
};
const lit = (sym: string, t: number, fields: object = {}) =>
  print(sym, t, { x: 11, trfi: undefined, trft: undefined, pt: t, ...fields });
const quote = (sym: string, t: number, bp: number, ap: number) => ({
  ...{ ev: 'Q', sym, bx: 11, ax: 11, bp, ap, bs: 100, as: 100, t, q: t, z: 3 },
});

describe('with every trade of the market', () => {
  test('upstream is asked for all trades at once, and for quotes of the symbols named', async () => {
    const { upstream, feed, topics, clock, sink, tape } = await start();
    await upstream.until(() => topics() === 'A.AAPL,A.SPY,AM.AAPL,LULD.AAPL,Q.AAPL,Q.MSFT,T.*');
    const before = clock.now();
    feed.setScope?.({ quoted: new Set(['IBM']) });
    await upstream.until(() => topics() === 'A.AAPL,A.SPY,AM.AAPL,LULD.AAPL,Q.AAPL,Q.IBM,T.*');
    // What was quoted before is no longer: nothing rests on it.
    expect(tape.quotes).toMatchObject([{ symbol: 'MSFT', bid: undefined, ask: undefined }]);
    expect(tape.quotes[0]!.sourceTime).toBeGreaterThanOrEqual(before);
    feed.setScope?.(null);
    await upstream.until(() => topics() === 'A.AAPL,A.SPY,AM.AAPL,LULD.AAPL,Q.AAPL,T.AAPL');
    expect([...sink.flowing].sort()).toEqual(['AAPL', 'SPY']);
  });

  test('prints of any symbol arrive, other trades of the symbols that somebody follows alone', async () => {
    const { latest, clock, sink, tape, read } = await start();
    const t = clock.now();
    const every = ['AAPL', 'MSFT', 'XYZ'].flatMap((sym) => [
      print(sym, t),
      lit(sym, t),
      quote(sym, t, 9, 11),
    ]);
    latest().send(every);
    await read();
    const heard = ({ trades }: typeof sink) => trades.map(({ symbol, trf }) => `${symbol} ${trf}`);
    expect(heard(sink)).toEqual(['AAPL 202', 'AAPL 0']);
    expect(heard(tape)).toEqual(['MSFT 202', 'MSFT 0', 'XYZ 202']);
    expect(sink.quotes.map(({ symbol }) => symbol)).toEqual(['AAPL']);
    expect(sink.counts.dropped).toBe(0);
  });

  test('a symbol that becomes wanted flows, one that is no longer wanted stops', async () => {
    const { upstream, feed, sink, topics } = await start();
    await upstream.until(() => topics().includes('Q.MSFT'));
    feed.setSymbols(new Set(['MSFT']));
    await sink.until(({ flowing }) => flowing.has('MSFT') && !flowing.has('AAPL'));
    feed.setSymbols(new Set(['AAPL']));
    await sink.until(({ flowing }) => flowing.has('AAPL') && !flowing.has('MSFT'));
    await upstream.until(() => topics() === 'A.AAPL,A.SPY,AM.AAPL,LULD.AAPL,Q.AAPL,Q.MSFT,T.*');
  });

  test('without a scope only the wanted symbols are asked for', async () => {
    const { upstream, topics } = await start({ everything: false });
    await upstream.until(() => topics() === 'A.AAPL,A.SPY,AM.AAPL,LULD.AAPL,Q.AAPL,T.AAPL');
  });
});

describe('when upstream misbehaves', () => {
  test('late prints count apart, reordered quotes find their place, a crossed market tells no side', async () => {
    const { latest, clock, read, sides, sums } = await start();
    const t = clock.now();
    latest().send([
      quote('AAPL', t - 3, 9.97, 9.98),
      quote('AAPL', t - 60, 9.99, 10.02),
      print('AAPL', t),
      print('AAPL', t, { pt: t - 10_001 }),
      print('MSFT', t),
      quote('MSFT', t - 60, 10.02, 10.01),
      print('MSFT', t),
    ]);
    await read();
    expect(sides('AAPL')).toEqual([0, 1_000, 0]);
    expect(sides('MSFT')).toEqual([0, 0, 2_000]);
    expect(sums.counters).toMatchObject({ counted: 3, late: 1 });
  });

  test('half of the marks make no print, half a share does', async () => {
    const { latest, clock, read, sides } = await start();
    const t = clock.now();
    latest().send([
      print('AAPL', t, { x: 11 }),
      print('AAPL', t, { trfi: undefined }),
      print('AAPL', t, { trfi: null }),
      print('AAPL', t, { s: 0, ds: '0.5' }),
      print('AAPL', t, { s: 0, ds: '0' }),
      print('AAPL', t, { s: 1, ds: '1.25' }),
    ]);
    await read();
    expect(sides('AAPL')).toEqual([0, 0, 17.5]);
  });

  test('a frame that comes again after a reconnect counts once, and no old quote is believed', async () => {
    const { upstream, latest, clock, read, sides, sums, sink } = await start();
    const t = clock.now();
    const frame = [quote('MSFT', t - 60, 9.98, 10.01), print('MSFT', t), print('XYZ', t)];
    latest().send(frame);
    await read();
    const first = latest();
    first.drop();
    await sink.until(({ statuses }) => statuses.at(-1)?.state === 'down');
    clock.advance(1_000);
    await upstream.until(() => latest() !== first && latest().topics.has('T.*'));
    latest().send([...frame.slice(1), print('MSFT', clock.now())]);
    await read();
    expect(sides('MSFT')).toEqual([1_000, 0, 1_000]);
    expect(sides('XYZ')).toEqual([0, 0, 1_000]);
    expect(sums.counters).toMatchObject({ counted: 3, repeated: 2 });
  });

  test('five thousand prints at once are all counted', async () => {
    const { latest, clock, read, sides, sums } = await start();
    const t = clock.now();
    for (let frame = 0; frame < 50; frame++)
      latest().send(
        Array.from({ length: 100 }, (_, i) => print(`X${String.fromCharCode(65 + (i % 26))}`, t)),
      );
    await read();
    expect(sums.counters.counted).toBe(5_000);
    expect(sides('XA')[2]).toBe(50 * 4 * 1_000);
  });
});
