import { hkdfSync, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { SESSION_SECRET } from '../../../rig/secrets.ts';
import { until } from '../../../rig/wait.ts';
import type {
  PlainRecovered,
  PlainSignal,
  PlainSignalsConnected,
  PlainSignalsMessage,
} from '../../../src/protocol/plain-signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { openPlain, type PlainClient, type PlainOptions } from '../../support/plain-client.ts';

let app: TestApp;
const opened: PlainClient[] = [];
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMITS: 'connect=1000/60' } });
});
afterEach(() => {
  for (const { ws } of opened.splice(0)) ws.terminate();
});
afterAll(() => app.close());

const setTier = async (who: SignedIn, tier: Tier): Promise<void> => {
  const answer = await app.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier });
  expect(answer.status).toBe(202);
};
async function signUp(tier: Tier): Promise<SignedIn> {
  const who = await app.signUp();
  if (tier !== 'STARTER') await setTier(who, tier);
  return who;
}
async function tokenOf({ cookie }: SignedIn): Promise<string> {
  const { body } = await app.request('GET', '/api/auth/token', { cookie });
  return (body.data as { token: string }).token;
}
async function send(given: object = {}): Promise<string> {
  const id = randomUUID();
  const signal = {
    id,
    symbol: 'AAPL',
    action: 'buy',
    premium: false,
    source: 'momentum' as const,
    timestamp: new Date().toISOString(),
    ...given,
  };
  expect((await sendSignal(app.url, signal)).status).toBe(202);
  return id;
}

function open(options: PlainOptions = {}): PlainClient {
  const client = openPlain(app.port, { path: '/ws/signals', ...options });
  opened.push(client);
  return client;
}
const said = ({ texts }: PlainClient): PlainSignalsMessage[] => texts.map((text) => JSON.parse(text));
const signalsOf = (client: PlainClient): PlainSignal[] =>
  said(client).filter((message) => message.type === 'signal');
const idsOf = (client: PlainClient): string[] => signalsOf(client).map(({ data }) => data.id);
async function connect(who: SignedIn): Promise<PlainClient & { readonly greeting: PlainSignalsConnected }> {
  const client = open({ path: `/ws/signals?token=${await tokenOf(who)}` });
  await until(() => client.texts.length > 0, 'the greeting');
  return { ...client, greeting: said(client)[0] as PlainSignalsConnected };
}

describe('a reader of signals', () => {
  test('gets the frames of the document, in order', async () => {
    const client = await connect(await signUp('STARTER'));
    const { epoch, head } = client.greeting.streams.free;
    expect(client.texts[0]).toBe(
      `{"type":"connected","tier":"STARTER","streams":{"free":{"epoch":"${epoch}","head":${head}}}}`,
    );
    const timestamp = new Date().toISOString();
    const id = await send({ timestamp, price: 187.25, confidence: 0.5 });
    await send({ id, timestamp, revision: 2, price: 188 });
    await until(() => client.texts.length === 3, 'both have arrived');
    const data = {
      id,
      revision: 1,
      symbol: 'AAPL',
      action: 'buy',
      price: 187.25,
      confidence: 0.5,
      premium: false,
    };
    const place = { source: 'momentum', timestamp, stream: 'free', epoch };
    expect(said(client).slice(1)).toEqual([
      { type: 'signal', data: { ...data, ...place, seq: head + 1 }, stream: 'free', seq: head + 1 },
      {
        type: 'signal',
        data: { ...data, confidence: undefined, ...place, revision: 2, price: 188, seq: head + 2 },
        stream: 'free',
        seq: head + 2,
      },
    ]);
    expect(client.texts[1]).toMatch(/^\{"type":"signal","data":\{.*\},"stream":"free","seq":\d+\}$/);
  });

  test('signs in with its first message, too', async () => {
    const client = open();
    await new Promise((resolve) => client.ws.once('open', resolve));
    client.send({ type: 'auth', token: await tokenOf(await signUp('PROFESSIONAL')) });
    await until(() => client.texts.length > 0, 'the greeting');
    expect(said(client)[0]).toMatchObject({ type: 'connected', tier: 'PROFESSIONAL' });
    expect(Object.keys((said(client)[0] as PlainSignalsConnected).streams)).toEqual(['free', 'premium']);
  });

  test('a premium signal reaches those who have paid, and leaves no trace with the others', async () => {
    const [starter, payer] = [
      await connect(await signUp('STARTER')),
      await connect(await signUp('INSTITUTIONAL')),
    ];
    const secret = await send({ premium: true, symbol: 'TSLA' });
    const open = await send();
    await until(() => idsOf(payer).length === 2 && idsOf(starter).length === 1, 'all have arrived');
    expect([...idsOf(payer)].sort()).toEqual([secret, open].sort());
    expect(starter.texts.join()).not.toMatch(/"premium":(?!false)|TSLA/);
    const numbers = signalsOf(payer).map(({ stream, seq }) => [stream, seq]);
    const { free, premium } = payer.greeting.streams;
    expect(numbers).toEqual(
      expect.arrayContaining([
        ['free', free.head + 1],
        ['premium', premium!.head + 1],
      ]),
    );
  });

  test('has a signal within half a second of its posting', async () => {
    const client = await connect(await signUp('STARTER'));
    const took: number[] = [];
    for (let count = 1; count <= 21; count++) {
      const postedAt = performance.now();
      await send();
      await until(() => idsOf(client).length === count, 'it has arrived');
      took.push(performance.now() - postedAt);
    }
    // The middle one of them: a busy machine may hold up a few.
    expect(took.sort((a, b) => a - b)[10]).toBeLessThan(500);
  });

  test('that was away resumes: everything after its positions follows, in both streams', async () => {
    const payer = await signUp('PROFESSIONAL');
    const before = await connect(payer);
    const { free, premium } = before.greeting.streams;
    before.ws.terminate();
    const missed = [await send(), await send({ premium: true }), await send()];
    const after = await connect(payer);
    after.send({
      type: 'resume',
      positions: {
        free: { epoch: free.epoch, after: free.head },
        premium: { epoch: premium!.epoch, after: premium!.head },
      },
    });
    await until(() => idsOf(after).length === 3, 'all have arrived');
    expect(after.texts[1]).toBe('{"type":"recovered","streams":{"free":true,"premium":true}}');
    expect(
      signalsOf(after)
        .filter(({ stream }) => stream === 'free')
        .map(({ data }) => data.id),
    ).toEqual([missed[0], missed[2]]);
    expect(idsOf(after)).toContain(missed[1]);
    const live = await send();
    await until(() => idsOf(after).at(-1) === live, 'live ones follow');
  });

  test('learns that a position cannot be recovered, and nothing of a stream that is not open', async () => {
    const client = await connect(await signUp('STARTER'));
    const position = { epoch: 'another', after: 0 };
    client.send({ type: 'resume', positions: { free: position, premium: position } });
    await until(() => client.texts.length > 1, 'the answer');
    expect((said(client)[1] as PlainRecovered).streams).toEqual({ free: false });
  });

  test('that pays more, or less, is told so within 5 s, and reads accordingly without connecting again', async () => {
    const who = await signUp('STARTER');
    const [client, payer] = [await connect(who), await connect(await signUp('PROFESSIONAL'))];
    await setTier(who, 'PROFESSIONAL');
    await until(() => client.texts.includes('{"type":"tier_changed","tier":"PROFESSIONAL"}'), 'the word');
    let sent: string[] = [];
    await until(async () => {
      sent = [...sent, await send({ premium: true })];
      return idsOf(client).length > 0;
    }, 'premium ones arrive');
    await setTier(who, 'STARTER');
    await until(() => client.texts.includes('{"type":"tier_changed","tier":"STARTER"}'), 'the word');
    const read = idsOf(client).length;
    const last = await send({ premium: true });
    const open = await send();
    await until(() => idsOf(payer).includes(last) && idsOf(client).includes(open), 'both have arrived');
    expect(idsOf(client).slice(read)).toEqual([open]);
  });

  test('is told what is wrong with its message, and reads on', async () => {
    const client = await connect(await signUp('STARTER'));
    const bad = [
      '{"type":"resume"}',
      '{"type":"resume","positions":{"free":{"epoch":"e","after":-1}}}',
      '{"type":"resume","positions":{"gold":{"epoch":"e","after":0}}}',
      '{"type":"subscribe","symbols":["AAPL"]}',
      '[]',
      '{',
    ];
    for (const text of bad) client.send(text);
    await until(() => client.texts.length > bad.length, 'all are answered');
    expect(
      said(client)
        .slice(1)
        .map((message) => message.type === 'error' && message.code),
    ).toEqual(['VALIDATION', 'VALIDATION', 'VALIDATION', 'UNKNOWN_EVENT', 'VALIDATION', 'VALIDATION']);
    client.send('ping');
    await until(() => client.texts.at(-1) === 'pong', 'it is alive');
    const id = await send();
    await until(() => client.texts.at(-1)!.includes(id), 'the signal arrives');
  });

  test('that floods is closed with 4429, and its neighbour is not', async () => {
    const [flooding, other] = [
      await connect(await signUp('STARTER')),
      await connect(await signUp('STARTER')),
    ];
    for (let sent = 0; sent < 400; sent++) flooding.send('{');
    expect((await flooding.closed).code).toBe(4429);
    const id = await send();
    await until(() => idsOf(other).includes(id), 'the signal arrives');
  });

  test('whose user is banned is closed with 4401, and its token opens nothing', async () => {
    const who = await signUp('STARTER');
    const [client, token] = [await connect(who), await tokenOf(who)];
    await app.hook('/hooks/ban', { eventId: randomUUID(), userId: who.user.id, banned: true });
    expect((await client.closed).code).toBe(4401);
    expect((await open({ path: `/ws/signals?token=${token}` }).closed).code).toBe(4401);
  });
});

describe('a token', () => {
  const key = new Uint8Array(hkdfSync('sha256', SESSION_SECRET, '', 'tradecast:ws', 32));
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  const header = (alg: object): string => Buffer.from(JSON.stringify(alg)).toString('base64url');

  test.each([
    ['without a signature', (token: string) => new UnsecuredJWT(claimsOf(token)).encode()],
    [
      'of RS256 signed with the secret as its key',
      async (token: string) => {
        const signed = await new SignJWT(claimsOf(token)).setProtectedHeader({ alg: 'HS256' }).sign(key);
        return [header({ alg: 'RS256' }), ...signed.split('.').slice(1)].join('.');
      },
    ],
    ['that is none', () => 'x.y.z'],
  ])('%s opens nothing', async (_what, forge) => {
    const forged = await forge(await tokenOf(await app.signUp()));
    expect(await open({ path: `/ws/signals?token=${forged}` }).closed).toEqual({
      code: 4401,
      reason: 'INVALID_SESSION',
    });
  });

  test('opens one connection, whatever the endpoint', async () => {
    const token = await tokenOf(await app.signUp());
    const clients = ['/ws/signals', '/api/socket'].map((path) => open({ path: `${path}?token=${token}` }));
    const codes = clients.map(({ closed }) => closed.then(({ code }) => code));
    expect(await Promise.race(codes)).toBe(4401);
    await until(
      () => clients.filter(({ texts }) => texts[0]?.includes('"connected"')).length === 1,
      'one is open',
    );
  });
});
