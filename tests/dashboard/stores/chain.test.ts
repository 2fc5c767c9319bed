/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createApi } from '../../../dashboard/src/lib/api.ts';
import { CHAIN_INTERVAL_MS, type ChainStore, createChainStore } from '../../../dashboard/src/stores/chain.ts';
import { chainOf, EXPIRATIONS } from '../support/chains.ts';
import { type Double, refuse, startDouble } from '../support/double.ts';
import { httpFetch } from '../support/http-fetch.ts';
import { type ManualTimers, manualTimers } from '../support/timers.ts';
import { until } from '../support/until.ts';

const EXPIRIES = EXPIRATIONS.map(({ expiry }) => expiry);
let server: Double;
let timers: ManualTimers;
let stop = () => {};

beforeEach(async () => {
  server = await startDouble();
  timers = manualTimers();
  server.routes['GET /api/market/options/SPY/expirations'] = () => EXPIRATIONS;
  server.routes['GET /api/market/options/SPY'] = ({ query }) => chainOf(query.get('expiry') ?? '');
});
afterEach(async () => {
  stop();
  await server.close();
});

function open(expiry?: string): ChainStore {
  const api = createApi({ fetch: httpFetch(server.url), timers });
  const store = createChainStore({ api, timers, underlying: 'SPY', expiry });
  stop = store.start();
  return store;
}
const asked = () => server.requests('GET', '/api/market/options/SPY').map(({ query }) => query.get('expiry'));
const shows = (store: ChainStore, expiry: string) =>
  until(() => store.getState().chain?.expiry === expiry, `the chain of ${expiry}`);

describe('the chain store', () => {
  test('opens with the nearest expiry, or with the one that the address names', async () => {
    const store = open();
    await shows(store, EXPIRIES[0]!);
    expect(store.getState().expirations).toEqual(EXPIRATIONS);
    stop();
    const other = open(EXPIRIES[2]);
    await shows(other, EXPIRIES[2]!);
    stop();
    const past = open('2020-01-17');
    await shows(past, EXPIRIES[0]!);
  });

  test('a reader who steps through the expiries requests only the one of the last step', async () => {
    const store = open();
    await shows(store, EXPIRIES[0]!);
    store.choose(EXPIRIES[1]!);
    expect(store.getState().chain).toBeNull();
    timers.advance(100);
    store.choose(EXPIRIES[2]!);
    timers.advance(1_000);
    await shows(store, EXPIRIES[2]!);
    expect(asked()).toEqual([EXPIRIES[0], EXPIRIES[2]]);
  });

  test('an answer that comes after the next choice is dropped', async () => {
    const held: (() => void)[] = [];
    const store = open();
    await shows(store, EXPIRIES[0]!);
    server.routes['GET /api/market/options/SPY'] = async ({ query }) => {
      const expiry = query.get('expiry') ?? '';
      if (expiry === EXPIRIES[1]) await new Promise<void>((resolve) => held.push(resolve));
      return chainOf(expiry);
    };
    store.choose(EXPIRIES[1]!);
    timers.advance(1_000);
    await until(() => held.length === 1, 'the request');
    store.choose(EXPIRIES[2]!);
    timers.advance(1_000);
    await shows(store, EXPIRIES[2]!);
    const shown: (string | null | undefined)[] = [];
    store.subscribe(({ chain }) => shown.push(chain?.expiry));
    held[0]!();
    timers.advance(CHAIN_INTERVAL_MS);
    await until(() => asked().length === 4 && shown.length > 0, 'the next load');
    expect(shown).not.toContain(EXPIRIES[1]);
  });

  test('a failed renewal keeps the chain, names the reason and tries again', async () => {
    const store = open();
    await shows(store, EXPIRIES[0]!);
    const usual = server.routes['GET /api/market/options/SPY']!;
    server.routes['GET /api/market/options/SPY'] = () =>
      refuse(503, 'UNAVAILABLE', 'The source does not answer.', 8_000);
    timers.advance(CHAIN_INTERVAL_MS);
    await until(() => store.getState().problem !== null, 'the problem');
    expect(store.getState()).toMatchObject({
      problem: { code: 'UNAVAILABLE', message: 'The source does not answer.' },
      chain: { expiry: EXPIRIES[0] },
    });
    server.routes['GET /api/market/options/SPY'] = usual;
    timers.advance(7_900);
    expect(asked()).toHaveLength(2);
    timers.advance(200);
    await until(() => store.getState().problem === null, 'the recovery');
  });

  test('what no retry mends is not tried again', async () => {
    server.routes['GET /api/market/options/SPY/expirations'] = () =>
      refuse(403, 'NOT_IN_PLAN', 'The plan has no options.');
    const store = open();
    await until(() => store.getState().problem?.code === 'NOT_IN_PLAN', 'the refusal');
    timers.advance(10 * CHAIN_INTERVAL_MS);
    expect(server.requests('GET', '/api/market/options/SPY/expirations')).toHaveLength(1);
  });

  test('an expiry that has passed makes way for the nearest', async () => {
    const store = open();
    await shows(store, EXPIRIES[0]!);
    server.routes['GET /api/market/options/SPY/expirations'] = () => EXPIRATIONS.slice(1);
    timers.advance(CHAIN_INTERVAL_MS);
    await shows(store, EXPIRIES[1]!);
  });

  test('an underlying without contracts has no chain and no problem', async () => {
    server.routes['GET /api/market/options/SPY/expirations'] = () => [];
    const store = open();
    await until(() => store.getState().expirations?.length === 0, 'the answer');
    expect(store.getState()).toMatchObject({ expiry: null, chain: null, problem: null });
  });
});
