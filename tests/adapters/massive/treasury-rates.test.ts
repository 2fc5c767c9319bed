import { afterEach, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { until } from '../../../rig/wait.ts';
import { createMassiveRest } from '../../../src/adapters/massive/rest.ts';
import { createTreasuryRates } from '../../../src/adapters/massive/treasury-rates.ts';
import { usualRate } from '../../../src/domain/options/rates.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';

let upstream: MassiveStandIn | null = null;
afterEach(async () => {
  await upstream?.close();
  upstream = null;
});

async function start(rest: () => RestAnswer) {
  upstream = await startMassiveStandIn('key');
  upstream.behaviour.rest = rest;
  const clock = createTestClock();
  const pace = createRequestPace({ clock, perSecond: 1_000 });
  const client = createMassiveRest({
    apiKey: 'key',
    restUrl: upstream.restUrl,
    clock,
    log: silentLog,
    pace,
  });
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (_fields: object, message: string) => void warnings.push(message) };
  return { rateFor: createTreasuryRates({ rest: client, clock, log }), clock, upstream, warnings };
}

/** In percent, shaped as the vendor documents its answers. */
const YIELDS = {
  date: '2026-11-27',
  yield_1_month: 4,
  yield_3_month: 4.2,
  yield_1_year: 3.6,
  yield_10_year: 4.4,
};
const answer = (row: object) => () => ({ body: { status: 'OK', results: [row] } });
const continuous = (percent: number): number => 2 * Math.log(1 + percent / 200);
const arrived = (condition: () => boolean): Promise<void> => until(condition, 'the answer of upstream');

test('the rate of a term lies between those of the terms around it, in continuous compounding', async () => {
  const { rateFor, upstream: up } = await start(answer(YIELDS));
  expect(rateFor(0.25)).toBe(usualRate(0.25));
  await arrived(() => rateFor(0.25) !== usualRate(0.25));
  expect(rateFor(0.25)).toBeCloseTo(continuous(4.2), 12);
  expect(rateFor(0.01)).toBeCloseTo(continuous(4), 12);
  expect(rateFor(0.625)).toBeCloseTo((continuous(4.2) + continuous(3.6)) / 2, 12);
  expect(rateFor(40)).toBeCloseTo(continuous(4.4), 12);
  expect(up.asked).toHaveLength(1);
  expect(up.asked[0]!.url.pathname).toBe('/fed/v1/treasury-yields');
});

test('yields serve for six hours, and longer where newer ones do not come', async () => {
  const { rateFor, clock, upstream: up, warnings } = await start(answer(YIELDS));
  rateFor(1);
  await arrived(() => rateFor(1) !== usualRate(1));
  clock.advance(6 * 3_600_000);
  up.behaviour.rest = () => ({ status: 504, body: '<html>' });
  rateFor(1);
  await arrived(() => warnings.length === 1);
  expect(rateFor(1)).toBeCloseTo(continuous(3.6), 12);
  clock.advance(58_000);
  rateFor(1);
  expect(up.asked).toHaveLength(2);
});

test.each([
  ['upstream is away', { status: 502, body: '' }, 60_000],
  ['the key has to wait', { status: 429, headers: { 'retry-after': '12' }, body: '' }, 12_000],
])('where %s the yields are asked for again as soon as it may work', async (_why, refused, afterMs) => {
  const { rateFor, clock, upstream: up, warnings } = await start(() => refused);
  rateFor(1);
  await arrived(() => warnings.length === 1);
  up.behaviour.rest = answer(YIELDS);
  clock.advance(afterMs);
  rateFor(1);
  await arrived(() => rateFor(1) !== usualRate(1));
  expect(rateFor(1)).toBeCloseTo(continuous(3.6), 12);
});

test.each([
  ['a plan without them', { status: 403, body: { status: 'NOT_AUTHORIZED' } }],
  ['absent results', { body: { status: 'OK' } }],
  [
    'yields that cannot be',
    { body: { status: 'OK', results: [{ yield_1_year: 3_600, yield_2_year: null }] } },
  ],
])('%s leave the usual rate, and are asked for once an hour', async (_name, refused) => {
  const { rateFor, clock, upstream: up, warnings } = await start(() => refused);
  rateFor(1);
  await arrived(() => warnings.length === 1);
  expect([rateFor(1), up.asked.length]).toEqual([usualRate(1), 1]);
  clock.advance(3_600_000);
  rateFor(1);
  await arrived(() => warnings.length === 2);
});
