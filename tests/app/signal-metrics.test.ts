import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { accepted, ask } from '../../rig/clients/ask.ts';
import { sendSignal } from '../../rig/clients/hooks.ts';
import { next } from '../../rig/clients/stock-client.ts';

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

  const open = await startApp();
  await deliver(open);
  const readable = await metricsOf(open);
  await open.close();
  expect(readable).toContain('tradecast_hooks_total{route="/hooks/tier",status="202"} 1');
  expect(readable).not.toMatch(/signal/i);
});
