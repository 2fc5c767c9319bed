/** What upstream frames say of off-exchange prints. */
import { describe, expect, test } from '@jest/globals';
import { createFrameReader } from '../../../src/adapters/massive/frames.ts';
import { ADDS_VOLUME, REGULAR_SALE } from '../../../src/domain/market/trade-effects.ts';
import { dollarsOf } from '../../../src/domain/off-exchange/amount.ts';
import { createOffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import { createCollectingSink } from '../../support/collecting-sink.ts';

const NOW = Date.parse('2026-06-16T15:07:16.036Z');

/** A recorded live frame. */
const PRINT = {
  ev: 'T',
  sym: 'AAPL',
  i: '143541',
  x: 4,
  p: 297.845,
  s: 40,
  t: NOW,
  pt: NOW - 7,
  q: 4938312,
  z: 3,
  trfi: 202,
  trft: NOW,
  ds: '40.0',
};

function read(event: object) {
  const sink = createCollectingSink();
  createFrameReader(sink, () => {}).read(JSON.stringify([event]), NOW);
  return sink.trades[0];
}

describe('a trade of a reporting facility', () => {
  test('has its identity and the time that its participant gives', () => {
    expect(read(PRINT)).toMatchObject({
      symbol: 'AAPL',
      price: 297.845,
      size: 40,
      decimalSize: '',
      exchange: 4,
      trf: 202,
      tradeId: '143541',
      sequence: 4938312,
      sourceTime: NOW,
      participantTime: NOW - 7,
    });
  });

  test.each([
    ['its facility’s time where its participant gives none', { pt: undefined, trft: NOW - 3 }, NOW - 3],
    ['the tape’s time where nobody gives one', { pt: undefined, trft: undefined }, NOW],
    ['the tape’s time where its participant’s is later', { pt: NOW + 1 }, NOW],
    ['the tape’s time where its participant’s is no number', { pt: '1', trft: null }, NOW],
  ])('has %s', (_, fields, participantTime) => {
    expect(read({ ...PRINT, ...fields })?.participantTime).toBe(participantTime);
  });

  test.each([
    ['a part of a share', { s: 0, ds: '0.5' }, 0.5, '0.5'],
    ['shares and a part of one', { s: 12, ds: '12.123456' }, 12.123456, '12.123456'],
    ['whole shares', { s: 12, ds: '12.000000' }, 12, ''],
    ['shares without decimal text', { s: 12, ds: undefined }, 12, ''],
    ['decimal text that contradicts the shares', { s: 12, ds: '13.5' }, 13.5, '13.5'],
    ['decimal text that is empty', { s: 12, ds: '' }, 12, ''],
  ])('has %s', (_, fields, size, decimalSize) => {
    expect(read({ ...PRINT, ...fields })).toMatchObject({ size, decimalSize });
  });

  test.each([
    ['in time', NOW - 10_000, REGULAR_SALE],
    ['hours late', NOW - 3 * 3_600_000, ADDS_VOLUME],
  ])('that is reported %s moves what it may', (_, pt, effects) => {
    expect(read({ ...PRINT, pt })).toMatchObject({ effects });
  });
});

describe('a trade without a sequence number', () => {
  test.each([undefined, null, 0])('is a print without one where it says %s', (q) => {
    expect(read({ ...PRINT, q })).toMatchObject({ trf: 202, sequence: 0 });
  });
});

test('the vendor’s example of a print counts as the vendor counts it', () => {
  const example = { price: 172.62, size: 5_000, notional: 863_100, time: '2026-01-06T15:31:22Z' };
  const time = Date.parse(example.time);
  const sums = createOffExchangeSums({ minNotional: 0, tapeNotional: 100_000 });
  const sink = { ...createCollectingSink(), trade: sums.trade };
  const event = {
    ev: 'T',
    sym: 'NVDA',
    i: '1',
    x: 4,
    trfi: 202,
    p: example.price,
    s: example.size,
    t: time,
    q: 1,
  };
  createFrameReader(sink, () => {}).read(JSON.stringify([event]), NOW);
  const [day] = sums.symbols();
  expect(dollarsOf(day!.totals.unknown)).toBe(example.notional);
  expect(day!.largest).toMatchObject([{ symbol: 'NVDA', size: 5_000, time }]);
});
