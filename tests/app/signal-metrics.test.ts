import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { accepted, ask } from '../../rig/clients/ask.ts';
import { sendSignal } from '../../rig/clients/hooks.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { until } from '../../rig/wait.ts';
import { openPlain } from '../support/plain-client.ts';

const METRICS_TOKEN = 'a token of the metrics, long enough';
const metricsOf = async (app: TestApp): Promise<string> => {
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  return String((await app.request('GET', '/metrics', { headers })).body.text);
};
/** A premium signal reaches a reader. */
async function deliver(app: TestApp): Promise<void> {
  const who = await app.signUp();
  await app.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier: 'PROFESSIONAL' });
  const socket = await app.connect(who);
  accepted(await ask(socket, 'subscribe:signals'));
  const heard = next(socket, 'signal:new');
  const signal = {
    id: 'one',
    symbol: 'AAPL',
    action: 'buy',
    premium: true,
    source: 'momentum' as const,
    timestamp: new Date().toISOString(),
  };
  expect((await sendSignal(app.url, signal, { route: '/hooks/signals' })).status).toBe(202);
  await heard;
}

test('the metrics tell of signals whoever has their token, and nobody where everybody may read them', async () => {
  const closed = await startApp({ env: { METRICS_TOKEN } });
  await deliver(closed);
  const told = await metricsOf(closed);
  await closed.close();
  for (const line of [
    'tradecast_messages_out_total{event="signal:new"} 1',
    'tradecast_hooks_total{route="/hooks/signals",status="202"} 1',
    'tradecast_signal_gaps_total 0',
    'tradecast_journal_gaps_total 0',
  ])
    expect(told.split('\n')).toContain(line);
  // Each signal is a message between replicas, and a statement of the database.
  const alsoCount = /tradecast_(bus_relayed|database_seconds|socket_queue)/;
  expect(told).toMatch(alsoCount);

  const open = await startApp();
  await deliver(open);
  const readable = await metricsOf(open);
  const health = await open.request('GET', '/health/websocket');
  await open.close();
  expect(health.body).toMatchObject({ replicas: [{ drops: { late: 0 } }] });
  expect(JSON.stringify(health.body)).not.toContain('failed');
  expect(readable).not.toMatch(alsoCount);
  expect(readable).toContain('tradecast_hooks_total{route="/hooks/tier",status="202"} 1');
  expect(readable).not.toMatch(/signal/i);
});

const signal = (given: { symbol?: string; action?: string; premium?: boolean } = {}) => ({
  ...{ id: randomUUID(), symbol: 'AAPL', action: 'buy', premium: false, source: 'momentum' as const },
  ...{ timestamp: new Date().toISOString(), ...given },
});
test('signals are counted by outcome, and nothing tells premium ones from free ones', async () => {
  const app = await startApp({ env: { METRICS_TOKEN } });
  const [free, premium] = [signal(), signal({ premium: true })];
  await sendSignal(app.url, free);
  await sendSignal(app.url, premium);
  await sendSignal(app.url, premium, { route: '/hooks/signals' });
  await sendSignal(app.url, { ...free, ...{ action: 'sell' } });
  await sendSignal(app.url, signal({ symbol: 'NOPE' }));
  await sendSignal(app.url, signal(), { secret: '4'.repeat(32) });
  const text = (await metricsOf(app)).split('\n');
  await app.close();
  const counts = text.filter((line) => /^tradecast_signals_total\{.* [1-9]/.test(line));
  expect(counts.sort()).toEqual(
    [
      'tradecast_signals_total{outcome="accepted"} 2',
      'tradecast_signals_total{outcome="repeated"} 1',
      'tradecast_signals_total{outcome="CONFLICT"} 1',
      'tradecast_signals_total{outcome="UNKNOWN_SYMBOL"} 1',
      'tradecast_signals_total{outcome="INVALID_SIGNATURE"} 1',
    ].sort(),
  );
  expect(text.filter((line) => /^[^#].*(premium|free|stream)/.test(line))).toEqual([]);
});

test('readers of the plain endpoints are counted by path, and no longer when they have gone', async () => {
  const app = await startApp({ env: { METRICS_TOKEN } });
  const { cookie } = await app.signUp();
  async function readers(path: string, count: number): Promise<void> {
    const line = `tradecast_plain_connections{path="${path}"} ${count}`;
    await until(async () => (await metricsOf(app)).split('\n').includes(line), line);
  }
  await readers('/ws/signals', 0);
  const [signals, sentiment] = ['/ws/signals', '/ws'].map((path) =>
    openPlain(app.port, { path, headers: { cookie } }),
  );
  await readers('/ws/signals', 1);
  await readers('/ws', 1);
  signals!.ws.close();
  await readers('/ws/signals', 0);
  await readers('/ws', 1);
  sentiment!.ws.close();
  await readers('/ws', 0);
  await app.close();
});
