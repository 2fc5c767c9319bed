import { expect, test } from '@jest/globals';
import { createFrameReader } from '../../../src/adapters/massive/frames.ts';
import { SETS_LAST } from '../../../src/domain/market/trade-effects.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';

const NOW = Date.parse('2026-06-15T15:00:00Z');

function read(...events: object[]) {
  const sink = createCollectingSink();
  createFrameReader(sink, () => {}).read(JSON.stringify(events), NOW);
  return sink;
}
const trade = (sym: unknown) => ({ ev: 'T', sym, p: 10, s: 1, t: NOW, q: 1 });

test('every kind of share comes under its own symbol', () => {
  const symbols = ['AMPB', 'AMpB', 'BRK.B', 'NE.WS.A', 'CELGr', 'ACCOw'];
  const { trades, counts } = read(...symbols.map(trade));
  expect(trades.map(({ symbol }) => symbol)).toEqual(symbols);
  expect(counts.dropped).toBe(0);
});

test('what is no stock is counted and dropped', () => {
  const { trades, counts } = read(
    ...['aapl', 'BRK-B', 'A1', '', 7, null, 'O:SPY251219C00650000', 'X:BTCUSD'].map(trade),
  );
  expect(trades).toEqual([]);
  expect(counts.dropped).toBe(8);
});

test('a halt and its end come from LULD, whose ticker is in T and whose time is nanoseconds', () => {
  // As upstream writes it: more digits than a double has.
  const luld = (i: unknown, sym: unknown = 'IWM') => ({
    ev: 'LULD',
    T: sym,
    h: 314.7,
    l: 284.72,
    i,
    z: 1,
    t: NOW * 1e6 + 88_500,
  });
  const { halts, counts } = read(luld([17]), luld([22]), luld([22, 18]), luld(null), luld([17], 'iwm'));
  expect(halts).toEqual([
    { symbol: 'IWM', sourceTime: NOW, receivedAt: NOW, halted: true },
    { symbol: 'IWM', sourceTime: NOW, receivedAt: NOW, halted: false },
  ]);
  expect(counts.dropped).toBe(1);
});

test('what LULD says is read as number and as text; where it can’t be read it is a halt until a trade', () => {
  const luld = (i: unknown, t: unknown = NOW * 1e6) => ({
    ev: 'LULD',
    T: 'IWM',
    h: 314.7,
    l: 284.72,
    i,
    z: 1,
    t,
  });
  const said = (event: object) => {
    const { halts, counts } = read(event);
    return counts.dropped > 0
      ? 'dropped'
      : halts.map(({ halted, isDoubtful = false }) => [halted, isDoubtful]);
  };
  for (const i of [17, '17', '17.0', ['17'], [22, '17'], [17, 22]])
    expect(said(luld(i))).toEqual([[true, false]]);
  for (const i of [18, '18', ['18']]) expect(said(luld(i))).toEqual([[false, false]]);
  for (const i of [undefined, null, [], 22, '22', [170], ['1.7']]) expect(said(luld(i))).toEqual([]);
  for (const i of ['halted', ' 17', {}, { 0: 17 }, [[17]], [null], true, [17, 'x']])
    expect(said(luld(i))).toEqual([[true, true]]);
  expect(said(luld([17], 'yesterday'))).toEqual([[true, true]]);
  expect(said(luld([18], 'yesterday'))).toBe('dropped');
});

test('before the day has a close, its last trade serves only where its conditions let it', () => {
  const snapshot = (lastTrade: object, day = {}) => ({
    ev: 'snapshot',
    ticker: { ticker: 'IBM', updated: NOW * 1e6, day, lastTrade: { ...lastTrade, t: NOW * 1e6 } },
  });
  const { days } = read(
    snapshot({ p: 50, c: null }),
    snapshot({ p: 50, c: [12] }),
    snapshot({ p: 0.01, c: [37] }),
    snapshot({ p: 0.01, c: [2] }),
    snapshot({ p: 0.01, c: [37] }, { c: 49 }),
  );
  expect(days.map(({ last }) => last)).toEqual([50, 50, undefined, undefined, 49]);
});

test('a trade is known by its id, written as text or as a number', () => {
  const { trades } = read(
    { ...trade('IBM'), i: '143541' },
    { ...trade('IBM'), i: 143_541 },
    // A double has it for several.
    { ...trade('IBM'), i: 2 ** 53 },
  );
  expect(trades.map(({ tradeId }) => tradeId)).toEqual(['143541', '143541', '']);
});

test.each([
  ['.5', 0, 0.5],
  ['0.5', 0, 0.5],
  ['40.', 40, 40],
  ['1.25', 1, 1.25],
  ['', 7, 7],
  ['a lot', 7, 7],
])('a size is read from the decimal text %j beside %d', (ds, s, size) => {
  expect(read({ ...trade('IBM'), ds, s }).trades).toMatchObject([{ size }]);
  if (ds === '.5')
    expect(read({ ...trade('IBM'), x: 4, trfi: 201, ds, s }).trades).toMatchObject([{ decimalSize: ds }]);
});

test.each([
  ['a number', NOW - 60_000],
  ['a text', String(NOW - 60_000)],
  ['nanoseconds', (NOW - 60_000) * 1e6],
])('a print whose participant names a time long before as %s is late, and sets no price', (_form, pt) => {
  const { trades } = read({ ...trade('IBM'), x: 4, trfi: 201, pt });
  expect(trades).toMatchObject([{ participantTime: NOW - 60_000 }]);
  expect(trades[0]!.effects & SETS_LAST).toBe(0);
});
