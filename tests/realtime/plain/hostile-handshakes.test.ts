import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { SESSION_SECRET } from '../../../rig/secrets.ts';
import { until } from '../../../rig/wait.ts';
import { createSocketTokens } from '../../../src/domain/accounts/socket-tokens.ts';
import { MAX_UNIDENTIFIED_PER_ADDRESS, SOCKET_TOKEN_SECONDS } from '../../../src/protocol/limits.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openPlain, type PlainClient } from '../../support/plain-client.ts';

const PATHS = ['/ws/signals', '/ws'] as const;
type Path = (typeof PATHS)[number];

let app: TestApp;
const opened: PlainClient[] = [];
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMITS: 'connect=100000/60,http:register=100000/60' } });
});
afterEach(() => {
  for (const { ws } of opened.splice(0)) ws.terminate();
});
afterAll(() => app.close());

function open(path: Path, token?: string): PlainClient {
  const client = openPlain(app.port, { path: token === undefined ? path : `${path}?token=${token}` });
  opened.push(client);
  return client;
}
const codeOf = ({ closed }: PlainClient): Promise<number> => closed.then(({ code }) => code);
const isGreeted = ({ texts }: PlainClient): boolean => /^\{"type":"(connected|initial)"/.test(texts[0] ?? '');
async function tokenOf({ cookie }: SignedIn): Promise<string> {
  const { body } = await app.request('GET', '/api/auth/token', { cookie });
  return (body.data as { token: string }).token;
}
async function expiredToken({ user, sessionID }: SignedIn): Promise<string> {
  const issued = await createSocketTokens({
    store: { claim: async () => true, findSession: async () => null },
    secrets: () => [SESSION_SECRET],
    clock: createManualClock(Date.now() - 2 * SOCKET_TOKEN_SECONDS * 1_000),
  }).issue(user.id, sessionID);
  return issued.token;
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());
const unsigned = (token: string): string => new UnsecuredJWT(claimsOf(token)).encode();
/** Signed with the secret by HMAC, as if it were the public key of RS256. */
async function confused(token: string): Promise<string> {
  const key = new Uint8Array(hkdfSync('sha256', SESSION_SECRET, '', 'tradecast:ws', 32));
  const head = Buffer.from(JSON.stringify({ ...headerOf(token), alg: 'RS256' })).toString('base64url');
  const signed = await new SignJWT(claimsOf(token)).setProtectedHeader({ alg: 'HS256' }).sign(key);
  return [head, ...signed.split('.').slice(1)].join('.');
}

/** A line whose token was refused, and which stays: it never answers the close frame. Resolves when it was told why. */
async function refusedLine(path: Path): Promise<{ readonly socket: Socket; isClosed: boolean }> {
  const socket = createConnection({ port: app.port, host: '127.0.0.1' });
  const line = { socket, isClosed: false };
  let said = '';
  socket.on('data', (data) => {
    said += data.toString('latin1');
  });
  socket.on('close', () => {
    line.isClosed = true;
  });
  socket.write(
    [
      `GET ${path}?token=x HTTP/1.1`,
      ...['Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  );
  await until(() => said.includes('INVALID_SESSION'), 'it has been told');
  return line;
}

/** A reader that nothing may disturb; `expectAll` makes something happen and says that it got all of it, once. */
const READERS: Record<
  Path,
  (client: PlainClient) => { happen(): Promise<void>; expectAll(): Promise<void> }
> = {
  '/ws/signals'({ texts }) {
    const sent: string[] = [];
    const ids = () => texts.slice(1).map((text) => JSON.parse(text).data.id as string);
    return {
      async happen() {
        const id = randomUUID();
        const given = { symbol: 'AAPL', action: 'buy', premium: false, source: 'momentum' as const };
        const signal = { id, ...given, timestamp: new Date().toISOString() };
        expect((await sendSignal(app.url, signal)).status).toBe(202);
        sent.push(id);
      },
      async expectAll() {
        await until(() => texts.length > sent.length, 'all signals have arrived');
        expect(ids()).toEqual(sent);
      },
    };
  },
  '/ws'({ texts }) {
    let cents = 0;
    const amounts = (row: Record<string, string>) =>
      ['bullish_amount', 'bearish_amount', 'unknown_amount'].map((name) =>
        Number(row[name]!.replace('.', '')),
      );
    const sumOf = (rows: Record<string, string>[]) =>
      rows.flatMap(amounts).reduce((sum, amount) => sum + amount, 0);
    const shown = () =>
      texts
        .map((text) => JSON.parse(text))
        .reduce((sum, said) => (said.type === 'update' ? sum + sumOf([said]) : sumOf(said.data)), 0);
    const before = shown();
    app.market.tick('AAPL', 100);
    return {
      async happen() {
        app.market.print('AAPL', 100.01, 3);
        cents += 30_003;
      },
      async expectAll() {
        await until(() => shown() >= before + cents, 'all prints are shown');
        expect(shown()).toBe(before + cents);
      },
    };
  },
};

describe.each(PATHS)('%s', (path) => {
  test.each([
    ['that has expired', expiredToken],
    ['without a signature', async (who: SignedIn) => unsigned(await tokenOf(who))],
    ['of RS256 with the secret as its key', async (who: SignedIn) => confused(await tokenOf(who))],
  ])('a token %s opens nothing', async (_what, make) => {
    const token = await make(await app.signUp());
    expect(await open(path, token).closed).toEqual({ code: 4401, reason: 'INVALID_SESSION' });
  });

  test('a token that is shown ten times at the same moment opens one connection', async () => {
    const token = await tokenOf(await app.signUp());
    const clients = Array.from({ length: 10 }, () => open(path, token));
    let refused = 0;
    for (const client of clients) void codeOf(client).then((code) => (refused += code === 4401 ? 1 : 0));
    await until(() => refused === 9, 'all but one are refused');
    await until(() => clients.filter(isGreeted).length === 1, 'one is open');
  });

  test('a ban ends the connection of its user, and a token from before opens nothing', async () => {
    const who = await app.signUp();
    const [client, token] = [open(path, await tokenOf(who)), await tokenOf(who)];
    await until(() => isGreeted(client), 'it is open');
    await app.hook('/hooks/ban', { eventId: randomUUID(), userId: who.user.id, banned: true });
    expect(await codeOf(client)).toBe(4401);
    expect(await codeOf(open(path, token))).toBe(4401);
  });

  test('sockets with a bad token that do not leave take the places of those who say nothing, and no more', async () => {
    const lingering = [];
    for (let count = 0; count < MAX_UNIDENTIFIED_PER_ADDRESS; count++)
      lingering.push(await refusedLine(path));
    const further = await Promise.all(Array.from({ length: 50 }, () => refusedLine(path)));
    await until(() => further.every((line) => line.isClosed), 'the further ones are cut');
    expect(lingering.filter((line) => line.isClosed)).toEqual([]);
    for (const line of lingering) line.socket.destroy();
  });

  test('a good reader loses nothing while upgrades flood in with bad tokens and without one', async () => {
    const good = open(path, await tokenOf(await app.signUp()));
    await until(() => isGreeted(good), 'it is open');
    const reader = READERS[path](good);
    const [bad, used] = [await expiredToken(await app.signUp()), await tokenOf(await app.signUp())];
    open(path, used);
    const flood: PlainClient[] = [];
    for (let round = 0; round < 20; round++) {
      for (const token of [bad, 'x.y.z', bad, used, undefined])
        flood.push(open(path, token), open(path, token));
      await reader.happen();
    }
    const ends = flood.map(codeOf);
    await reader.expectAll();
    for (const { ws } of flood.slice(-2)) ws.terminate();
    const signedOut = flood.filter((_client, index) => index % 10 < 8);
    expect(signedOut).toHaveLength(160);
    const codes = await Promise.all(ends.filter((_end, index) => index % 10 < 8));
    expect(codes.filter((code) => code === 4401).length).toBeGreaterThanOrEqual(159);
    await reader.happen();
    await reader.expectAll();
    expect(good.ws.readyState).toBe(good.ws.OPEN);
  });
});
