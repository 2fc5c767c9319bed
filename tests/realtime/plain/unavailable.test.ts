import { afterAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { createTestDatabase } from '../../../rig/database/database.ts';
import { startTcpProxy } from '../../../rig/stand-ins/tcp-proxy.ts';
import { until } from '../../../rig/wait.ts';
import { connectPlain, openPlain, type PlainClient } from '../../support/plain-client.ts';

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** A fresh token of this session, as the path that shows it. */
async function pathWithToken(app: TestApp, cookie: string): Promise<string> {
  const { body } = await app.request('GET', '/api/auth/token', { cookie });
  return `/api/socket?token=${(body.data as { token: string }).token}`;
}
/** A page in a browser sees no status of a refused upgrade: it reads the message and the close code. */
async function expectTryAgainLater(client: PlainClient): Promise<void> {
  expect(await client.closed).toEqual({ code: 1013, reason: 'UNAVAILABLE' });
  expect(client.texts).toEqual([
    '{"type":"error","code":"UNAVAILABLE","message":"Service unavailable","retryAfterMs":1000}',
  ]);
}

test('while the database is away a newcomer is told to try again, and its token is still good afterwards', async () => {
  const database = await createTestDatabase('postgres');
  const url = new URL(database.url);
  const proxy = await startTcpProxy(Number(url.port));
  url.host = `127.0.0.1:${proxy.port}`;
  const app = await startApp({ env: { DATABASE_URL: String(url) } });
  ends.push(() => database.close(), proxy.close, app.close);
  const session = await app.signUp();
  const path = await pathWithToken(app, session.cookie);
  const before = await connectPlain(app.port, { headers: { cookie: session.cookie } });

  proxy.cut();
  await expectTryAgainLater(openPlain(app.port, { path }));
  await expectTryAgainLater(openPlain(app.port, { headers: { cookie: session.cookie } }));
  expect(before.ws.readyState).toBe(before.ws.OPEN);

  proxy.heal();
  await until(async () => {
    const client = openPlain(app.port, { path });
    await until(() => client.texts.length > 0, 'the greeting or the refusal');
    const [greeting] = client.messages('connected');
    client.ws.terminate();
    return greeting !== undefined;
  }, 'the token opens its socket');
});

test('while the service drains a newcomer is told to try again, with its token unspent for the next replica', async () => {
  const app = await startApp({ env: { DRAIN_SECONDS: '2' } });
  ends.push(app.close);
  const { cookie } = await app.signUp();
  const path = await pathWithToken(app, cookie);
  const open = await connectPlain(app.port, { headers: { cookie } });
  const stopped = app.stop();
  await open.next('server_shutdown');
  await expectTryAgainLater(openPlain(app.port, { path }));
  await stopped;
  const next = await startApp({ dataDir: app.dataDir });
  ends.push(next.close);
  const client = await connectPlain(next.port, { path });
  client.ws.terminate();
});
