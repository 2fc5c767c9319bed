import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type SignedIn, startApp, type TestApp } from '../../../rig/app.ts';
import { accepted, ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { sendSignal } from '../../../rig/clients/hooks.ts';
import { collect, next } from '../../../rig/clients/stock-client.ts';
import { until } from '../../../rig/wait.ts';
import type { SignalPayload, SignalPositions } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import { httpRoutes } from '../../support/http-routes.ts';
import { connectPlain } from '../../support/plain-client.ts';

/** From the change of a tier to its effect. */
const EFFECT_MS = 5_000;
const logged: string[] = [];
let app: TestApp;
beforeAll(async () => {
  const lines = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  app = await startApp({ log: pino({ level: 'debug' }, lines) });
});
afterAll(() => app.close());

async function send({
  id = randomUUID(),
  ...given
}: Partial<Omit<SignalPayload, 'action' | 'source'>> = {}): Promise<string> {
  const body = {
    id,
    symbol: 'AAPL',
    action: 'buy',
    price: 187.25,
    premium: false,
    source: 'momentum' as const,
    timestamp: new Date().toISOString(),
    ...given,
  };
  const answer = await sendSignal(app.url, body);
  expect(answer.status).toBe(202);
  return id;
}
const setTier = async (who: SignedIn, tier: Tier): Promise<void> => {
  const answer = await app.hook('/hooks/tier', { eventId: randomUUID(), userId: who.user.id, tier });
  expect(answer.status).toBe(202);
};
async function signUp(tier: Tier): Promise<SignedIn> {
  const who = await app.signUp();
  if (tier !== 'STARTER') await setTier(who, tier);
  return who;
}
async function follow(who: SignedIn, positions?: SignalPositions) {
  const socket = await app.connect(who);
  const heard = collect(socket, 'signal:new', 'signal:updated');
  const answer = accepted(await ask(socket, 'subscribe:signals', ...(positions ? [{ positions }] : [])));
  const signals = (): SignalPayload[] => heard.map(({ payload }) => payload);
  return { socket, heard, signals, answer, ids: () => signals().map(({ id }) => id) };
}

describe('subscribe:signals', () => {
  test('signals and their revisions reach every eligible screen, numbered, and no other', async () => {
    const [starter, payer] = await Promise.all([signUp('STARTER'), signUp('PROFESSIONAL')]);
    const [free, all] = [await follow(starter), await follow(payer)];
    expect(free.answer).toMatchObject({ type: 'signals', tier: 'STARTER' });
    expect(Object.keys(free.answer.streams)).toEqual(['free']);
    expect(all.answer).toMatchObject({ tier: 'PROFESSIONAL', streams: { free: {}, premium: {} } });

    const first = await send({ id: 'edited' });
    const second = await send({ premium: true });
    await send({ id: 'edited', revision: 2, price: 188 });
    await until(() => free.heard.length === 2 && all.heard.length === 3, 'all have arrived');
    expect(free.heard.map(({ event, payload }) => [event, payload.id, payload.revision])).toEqual([
      ['signal:new', first, 1],
      ['signal:updated', first, 2],
    ]);
    expect(all.ids()).toEqual(expect.arrayContaining([first, second]));
    const { epoch, head } = free.answer.streams.free;
    expect(free.signals().map((signal) => [signal.epoch, signal.seq])).toEqual([
      [epoch, head + 1],
      [epoch, head + 2],
    ]);
    expect(free.signals()[1]).toMatchObject({ price: 188, stream: 'free', premium: false });
  });

  test('what came while the client was away follows after a reconnect, once, in order, in both streams', async () => {
    const payer = await signUp('INSTITUTIONAL');
    const before = await follow(payer);
    const { free, premium } = before.answer.streams;
    before.socket.disconnect();
    const missed = [await send(), await send({ premium: true }), await send(), await send({ premium: true })];
    const after = await follow(payer, {
      free: { epoch: free.epoch, after: free.head },
      premium: { epoch: premium!.epoch, after: premium!.head },
    });
    expect(after.answer.streams).toMatchObject({ free: { recovered: true }, premium: { recovered: true } });
    const live = await send();
    await until(() => after.heard.length === 5, 'all have arrived');
    const freeIds = after.signals().flatMap(({ stream, id }) => (stream === 'free' ? [id] : []));
    expect(freeIds).toEqual([missed[0], missed[2], live]);
    expect([...after.ids()].sort()).toEqual([...missed, live].sort());
  });

  test('a position of another epoch or beyond the head is not recovered, and says so', async () => {
    const who = await signUp('STARTER');
    const { answer } = await follow(who, { free: { epoch: 'another', after: 0 } });
    expect(answer.streams.free.recovered).toBe(false);
    const { epoch, head } = answer.streams.free;
    const beyond = await follow(who, { free: { epoch, after: head + 1 } });
    expect(beyond.answer.streams.free.recovered).toBe(false);
  });

  test('after unsubscribe:signals nothing comes any more', async () => {
    const [one, other] = [await follow(await signUp('STARTER')), await follow(await signUp('STARTER'))];
    await ask(one.socket, 'unsubscribe:signals');
    await send();
    await until(() => other.heard.length === 1, 'the other hears it');
    expect(one.heard).toEqual([]);
  });

  test('a payload of another shape is refused', async () => {
    const socket = await app.connect(await app.signUp());
    const wrong = { positions: { free: { epoch: 'e', after: -1 } } };
    expect(await ask(socket, 'subscribe:signals', wrong)).toMatchObject({ ok: false, code: 'VALIDATION' });
  });
});

describe('a change of the tier', () => {
  test('begins and ends premium on open sockets within five seconds, and tells the user', async () => {
    const who = await signUp('STARTER');
    const quiet = await app.connect(who);
    const reader = await follow(who);
    const payer = await follow(await signUp('PROFESSIONAL'));
    await send({ premium: true });

    const told = [reader.socket, quiet].map((socket) => next(socket, 'tier:changed'));
    const changedAt = Date.now();
    await setTier(who, 'PROFESSIONAL');
    expect(await Promise.all(told)).toEqual([{ tier: 'PROFESSIONAL' }, { tier: 'PROFESSIONAL' }]);
    const hears = async (): Promise<boolean> => {
      const id = await send({ premium: true });
      await until(() => payer.ids().includes(id), 'the payer hears it');
      return reader.ids().includes(id);
    };
    await until(hears, 'premium has begun');
    expect(Date.now() - changedAt).toBeLessThan(EFFECT_MS);

    const downAt = Date.now();
    const lowered = next(reader.socket, 'tier:changed');
    await setTier(who, 'STARTER');
    expect(await lowered).toEqual({ tier: 'STARTER' });
    expect(Date.now() - downAt).toBeLessThan(EFFECT_MS);
    const heard = reader.heard.length;
    const last = await send({ premium: true });
    await until(() => payer.ids().includes(last), 'the payer hears the last one');
    const free = await send();
    await until(() => reader.ids().includes(free), 'free signals go on');
    expect(reader.heard.length).toBe(heard + 1);
  });
});

/** A client that follows signals and then polls when it is told to, and not before. */
async function polling({ sessionID }: SignedIn) {
  const open = `${app.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(open)).text()).slice(1)) as { sid: string };
  const [url, method] = [`${open}&sid=${sid}`, 'POST'];
  const say = async (body: string): Promise<void> => void (await (await fetch(url, { method, body })).text());
  const poll = async (): Promise<string> => (await fetch(url)).text();
  async function pollUntil(told: string): Promise<void> {
    let heard = '';
    await until(async () => {
      const packets = await poll();
      if (packets.split('\x1e').includes('2')) await say('3');
      heard += packets;
      return heard.includes(told);
    }, `it is told ${told}`);
  }
  await say(`40${JSON.stringify({ sessionID })}`);
  await pollUntil('40{');
  await say('420["subscribe:signals"]');
  await pollUntil('"type":"signals"');
  return { poll };
}

describe('premium signals that wait for a client', () => {
  test('are dropped when the tier is taken away: one that polls later gets none of them', async () => {
    const who = await signUp('PROFESSIONAL');
    const [watcher, client] = [await follow(who), await polling(who)];
    const id = await send({ premium: true });
    await until(() => watcher.ids().includes(id), 'it has been written');
    const connections = async (): Promise<number> =>
      (await app.request('GET', '/health/websocket')).body.activeConnections as number;
    const before = await connections();
    const lowered = next(watcher.socket, 'tier:changed');
    await setTier(who, 'STARTER');
    await lowered;
    await send({ premium: true });
    const free = await send();
    await until(() => watcher.ids().includes(free), 'the streams go on');
    await until(async () => (await connections()) < before, 'the unread connection has ended');
    expect(await client.poll()).not.toContain(id);
  });
});

/** The grammar takes it, and no directory has it. */
const UNKNOWN = 'ZQXJV';

describe('as a STARTER', () => {
  test('no way out of the service shows a byte of a premium signal, nor of the stream', async () => {
    const words = `secret${randomUUID().replaceAll('-', '')}`;
    const [starter, payer] = [await signUp('STARTER'), await signUp('PROFESSIONAL')];
    const frames: string[] = [];
    const socket: ClientSocket = await app.connect(starter);
    socket.onAny((...args) => frames.push(JSON.stringify(args)));
    const plain = await connectPlain(app.port, { headers: { cookie: starter.cookie } });
    const told = await follow(payer);
    const { epoch } = told.answer.streams.premium!;
    frames.push(
      JSON.stringify(
        await ask(socket, 'subscribe:signals', { positions: { premium: { epoch: 'guessed', after: 0 } } }),
      ),
    );
    for (const event of ['subscribe:trades', 'subscribe:portfolio'] as const) await ask(socket, event);

    const id = await send({ id: words, premium: true, text: words, author: words, symbol: 'MSFT' });
    // Refusals of the sender are answers and log lines, too.
    const edited = { id, source: 'momentum' as const, premium: true, text: words };
    for (const changed of [{ premium: false }, { revision: 0 }])
      await sendSignal(app.url, { ...edited, ...changed });
    const timestamp = new Date().toISOString();
    const unknown = { ...edited, id: `${words}-2`, symbol: UNKNOWN, action: 'buy', timestamp };
    expect((await sendSignal(app.url, unknown)).status).toBe(422);
    await until(() => told.ids().includes(id), 'the payer hears it');
    const free = await send();
    await until(() => frames.some((frame) => frame.includes(free)), 'the STARTER hears the next free one');

    const answers: string[] = [];
    for (const route of httpRoutes()) {
      const [method, path] = route.split(' ') as [string, string];
      if (method !== 'GET' || path === '/api/socket') continue;
      const { cookie } = starter;
      const { body, headers } = await app.request('GET', path.replace(/:\w+/g, 'MSFT'), { cookie });
      answers.push(`${route} ${JSON.stringify(body)} ${JSON.stringify([...headers])}`);
    }
    for (const query of [
      '?premiumOnly=true',
      '?symbol=MSFT',
      '?source=momentum&limit=200',
      '?before=premium:1',
    ]) {
      const { body } = await app.request('GET', `/api/signals${query}`, { cookie: starter.cookie });
      answers.push(`${query} ${JSON.stringify(body)}`);
    }
    expect(answers.length).toBeGreaterThan(30);
    const everything = [...frames, ...answers, ...logged, ...plain.texts];
    for (const secret of [words, epoch, UNKNOWN])
      expect(everything.filter((text) => text.includes(secret))).toEqual([]);
    // The walk does see what is open.
    expect(answers.filter((text) => text.includes(free)).length).toBeGreaterThan(0);
    plain.ws.terminate();
  });
});
