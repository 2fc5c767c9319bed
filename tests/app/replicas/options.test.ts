import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createScriptedMarket, type ScriptedMarket } from '../../../rig/stand-ins/scripted-market.ts';
import { until } from '../../../rig/wait.ts';
import type { WebSocketHealthPayload } from '../../../src/protocol/health-payloads.ts';
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
