import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClock } from '../../../rig/clock.ts';
import { silentLog } from '../../../rig/log.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createTape, type StandInTape } from '../../../rig/stand-ins/massive/tape.ts';
import { createMassivePastPrints } from '../../../src/adapters/massive/past-prints.ts';
import { createMassiveRest } from '../../../src/adapters/massive/rest.ts';
import type { PastPrints } from '../../../src/domain/off-exchange/past-prints.ts';
import { createRequestPace } from '../../../src/lib/request-pace.ts';

const KEY = 'a-secret-key-of-nobody';
const clock = createTestClock();
/** An hour ago, so that a delayed plan has it too. */
const BEGIN = clock.now() - 3_600_000;
const END = BEGIN + 60_000;

let upstream: MassiveStandIn;
let tape: StandInTape;
let past: PastPrints;
beforeEach(async () => {
  upstream = await startMassiveStandIn(KEY);
  tape = createTape(upstream);
  upstream.behaviour.rest = (url) => tape.rest(url, 2) ?? { body: {} };
  const { restUrl } = upstream;
  const pace = createRequestPace({ clock, perSecond: 1_000 });
  past = createMassivePastPrints({
    rest: createMassiveRest({ apiKey: KEY, restUrl, pace, clock, log: silentLog }),
    clock,
  });
});
afterEach(() => upstream.close());

const read = (from = BEGIN, to = END) => past.read('BRK.B', from, to, new AbortController().signal);
const answer = (rest: (url: URL) => RestAnswer): void => {
  upstream.behaviour.rest = rest;
};

describe('prints by request', () => {
  test('come page after page, as the stream would have had them', async () => {
    for (let index = 0; index < 5; index++) tape.print('BRK.B', 1_050, 3, { at: BEGIN + index });
    const ticks = (await read())!;
    expect(upstream.asked).toHaveLength(3);
    expect(ticks.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(ticks[0]).toMatchObject({
      symbol: 'BRK.B',
      sourceTime: BEGIN,
      participantTime: BEGIN - 5,
      price: 10.5,
      size: 3,
      exchange: 4,
      trf: 202,
      tradeId: '1',
    });
  });

  test('are those of the time asked for alone, without trades on exchanges and cancelled ones', async () => {
    tape.print('BRK.B', 100, 1, { at: BEGIN - 1 });
    tape.print('BRK.B', 100, 2, { at: BEGIN, exchange: 11 });
    tape.print('BRK.B', 100, 3, { at: BEGIN, correction: 8 });
    tape.print('BRK.B', 100, 4, { at: BEGIN, correction: 1 });
    tape.print('BRK.B', 100, 5, { at: BEGIN, correction: 12 });
    tape.print('BRK.B', 100, 0, { at: BEGIN, decimal_size: '0.5' });
    tape.print('BRK.B', 100, 7, { at: END });
    expect((await read())!.map(({ size }) => size)).toEqual([5, 0.5]);
  });

  test('are none where upstream leaves the field out, and more than can be read where its pages go round', async () => {
    expect(await read()).toEqual([]);
    answer((url) => ({ body: { status: 'OK', results: [], next_url: url.href } }));
    expect(await read()).toBeNull();
    expect(upstream.asked).toHaveLength(21);
  });

  test('are asked for again after a 429', async () => {
    tape.print('BRK.B', 100, 1, { at: BEGIN });
    let refusals = 1;
    answer((url) =>
      refusals-- > 0
        ? { status: 429, headers: { 'retry-after': '1' }, body: { status: 'ERROR', error: 'too many' } }
        : tape.rest(url)!,
    );
    expect(await read()).toHaveLength(1);
  });

  test.each([undefined, 0, 5.5, 1e30, '5'])('fail as a whole where one has the number %s', async (number) => {
    tape.print('BRK.B', 100, 1, { at: BEGIN });
    const { body } = tape.rest(
      new URL(`http://tape/v3/trades/BRK.B?timestamp.gte=0&timestamp.lt=${END}000000`),
    )!;
    const [row] = (body as { results: object[] }).results;
    answer(() => ({
      body: { status: 'OK', results: [row, { ...row, id: 'other', sequence_number: number }] },
    }));
    await expect(read()).rejects.toThrow('upstream sent a print that cannot be read');
  });

  test.each([
    ['NOT_IN_PLAN', { status: 403, body: { status: 'NOT_AUTHORIZED', message: 'You are not entitled' } }],
    ['UNKNOWN_SYMBOL', { status: 404, body: { status: 'NOT_FOUND', message: 'Ticker not found.' } }],
    ['UNAVAILABLE', { status: 504, headers: { 'content-type': 'text/html' }, body: '<html>504</html>' }],
  ] as const)('end with %s where upstream says so', async (code, said) => {
    answer(() => said);
    await expect(read()).rejects.toMatchObject({ code });
  });

  test('of the last minutes are not there yet on a delayed plan', async () => {
    answer(() => ({ body: { status: 'DELAYED', results: [] } }));
    await expect(read(clock.now() - 60_000, clock.now())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await read()).toEqual([]);
  });
});
