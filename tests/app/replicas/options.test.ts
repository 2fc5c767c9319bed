import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createScriptedMarket, type ScriptedMarket } from '../../../rig/stand-ins/scripted-market.ts';
import { until } from '../../../rig/wait.ts';
import { priceOf } from '../../../src/domain/options/black-scholes.ts';
import { bareSnapshot } from '../../../src/domain/options/chains.ts';
import { yearsUntil } from '../../../src/domain/options/expiry.ts';
import type { WebSocketHealthPayload } from '../../../src/protocol/health-payloads.ts';
import { addDays, newYorkDate } from '../../../src/protocol/new-york.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';

const CALL = 'O:AAPL990619C00200000';

let cluster: TestCluster;
let markets: ScriptedMarket[];
beforeAll(async () => {
  cluster = await startCluster({ replicas: 0 });
  markets = [createScriptedMarket(), createScriptedMarket()];
  for (const market of markets) await cluster.join({ market });
});
afterAll(() => cluster.close());

const running = () => markets.filter(({ contracts }) => contracts.wanted().has(CALL));

test('a peer of a standby sees contracts of the engine’s feed, valued by its own replica', async () => {
  const standby = cluster.apps[1]!;
  const socket = await standby.connect(await standby.signUp());
  await ask(socket, 'subscribe:options', [CALL]);
  await until(() => running().length === 1 && running()[0]!.wanted().has('AAPL'), 'the engine asks for both');
  const [engine] = running();
  engine!.tick('AAPL', 210);
  engine!.contracts.tick(CALL, 205);
  const update = await next(socket, 'option:update', ({ greeksSource }) => greeksSource === 'model');
  expect(update).toMatchObject({ contractId: CALL, price: 205, underlying: 'AAPL' });
  const health = async (): Promise<WebSocketHealthPayload['feeds']> =>
    ((await standby.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload).feeds;
  await until(async () => (await health()).options.subscribed === 1, 'the standby shows the engine’s feeds');
  expect(await health()).toMatchObject({ stocks: { subscribed: 1 }, options: { connected: true } });
});

test('a contract has the volatility of its chain on every replica, although one of them alone can read it', async () => {
  const expiry = addDays(newYorkDate(Date.now()), 300);
  const at = { spot: 400, rate: 0.04, dividendYield: 0.06 };
  const snapshotOf = (right: 'call' | 'put', strike: number) => {
    const terms = { underlying: 'MSFT', expiry, strike, right, multiplier: 100, style: 'american' } as const;
    const symbol = contractSymbol({ root: 'MSFT', expiry, right, strike });
    const price = priceOf(at, { ...terms, years: yearsUntil(expiry, Date.now())! }, 0.3);
    return { ...bareSnapshot({ ...terms, symbol }), bid: price - 0.01, ask: price + 0.01, price };
  };
  const far = snapshotOf('call', 500);
  const watch = async (app: TestApp) => {
    const socket = await app.connect(await app.signUp());
    await ask(socket, 'subscribe:options', [far.symbol]);
    return (isSame: boolean) =>
      next(
        socket,
        'option:update',
        ({ impliedVolatility = 0, greeksSource }) =>
          greeksSource === 'model' && Math.abs(impliedVolatility - 0.3) < 0.0005 === isSame,
      );
  };
  const [first, second] = cluster.apps;
  const ofFirst = await watch(first!);
  await until(() => running().length === 1 && running()[0]!.wanted().has('MSFT'), 'the engine asks for both');
  running()[0]!.tick('MSFT', at.spot);
  running()[0]!.contracts.tick(far.symbol, far.price);
  expect(await ofFirst(false)).toMatchObject({ greeksSource: 'model' });
  markets[1]!.list([far, snapshotOf('call', 400), snapshotOf('put', 400)]);
  const [values] = await Promise.all([ofFirst(true), watch(second!).then((ofSecond) => ofSecond(true))]);
  expect(values).toMatchObject({ contractId: far.symbol, greeksSource: 'model' });
});

test('after a hand-over the next engine runs both feeds, and the peer goes on', async () => {
  const [first, second] = cluster.apps;
  const before = running()[0]!;
  const [leaving, staying] = before === markets[0] ? [first!, second!] : [second!, first!];
  const after = markets.find((market) => market !== before)!;
  const socket = await staying.connect(await staying.signUp());
  await ask(socket, 'subscribe:options', [CALL]);
  await leaving.stop();
  await until(
    () => after.contracts.starts() === 1 && after.starts() === 1,
    'both feeds run on the next engine',
  );
  await until(() => after.contracts.wanted().has(CALL), 'the contract is wanted there');
  after.contracts.tick(CALL, 206);
  expect(await next(socket, 'option:update', ({ price }) => price === 206)).toMatchObject({
    state: 'simulated',
  });
});
