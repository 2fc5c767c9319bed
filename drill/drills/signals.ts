import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { accepted, ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { sendHook, sendSignal } from '../../rig/clients/hooks.ts';
import { collect, connected, openSocket } from '../../rig/clients/stock-client.ts';
import { type Check, type Drill, type DrillOptions, exactly, type Row, waitMs } from '../support/drill.ts';
import { type Rig, type RigUser, startRig } from '../support/rig.ts';

/** Redis is away for longer than a tier that was taken away may still count. */
const AWAY_S = { quick: 9, full: 30 };
/** Load before the fault and after it. */
const AROUND_S = { quick: 1, full: 5 };
const EVERY_MS = 50;
/** The promise: a tier that was taken away counts no longer. */
const TAKEN_BACK_MS = 5_000;
const SETTLE_MS = 20_000;
const LOOK_AGAIN_MS = 100;
/** The place that hears of no signal, in a run with controls. */
const DEAF = 2;

/** Readers who pay, judged as these: the check of leaks has to find what they rightly received. */
const JUDGED_AS = { starter: 'who do not pay', loses: 'whose tier is taken away' };

type Group = 'pays' | 'starter' | 'loses' | 'deaf';

interface Sent {
  readonly id: string;
  readonly premium: boolean;
  readonly sentAt: number;
}

interface Reader {
  readonly group: Group;
  readonly user: RigUser;
  readonly socket: ClientSocket;
  /** In the order of arrival. */
  ids(): string[];
}

export const signals: Drill = {
  name: 'signals',
  title: 'Redis away while signals come in, and a tier taken away meanwhile',
  how: `Free and premium signals are sent to the replicas in turn, 20 a second, while Redis is killed and started again.
Readers of two replicas are of three kinds: they pay, they do not, or their tier is taken away during the outage.

- *Lost*: a signal that the reader may read and did not get.
- *Leaked*: a premium signal at a reader who does not pay, or one that was sent more than five seconds after the tier
  had been taken away.

The readers of one control are at a replica that hears of no signal and does not look for any in the database. In the
other one what reached those who pay is judged as if they did not, which is what a service without the filter would send.`,
  minutes: 1,
  async run(options) {
    const { quick, seed, controls } = options;
    const rig = await startRig({
      ...{ quick, seed, users: quick ? 8 : 80, symbols: 2 },
      seams: (index): object =>
        controls && index === DEAF
          ? { drop: { topic: 'signals', holding: '' }, without: ['signal-sweep'] }
          : {},
    });
    const readers: Reader[] = [];
    try {
      for (const [index, user] of rig.users.entries())
        readers.push(await openReader(rig, user, placeOf(index, options)));
      return await suffer(rig, readers, options);
    } finally {
      for (const { socket } of readers) socket.disconnect();
      await rig.close();
    }
  },
};

/** Each kind at each of two replicas; those of the control at the third. */
function placeOf(
  index: number,
  { controls }: DrillOptions,
): { readonly group: Group; readonly slot: number } {
  if (controls && index % 4 === 3) return { group: 'deaf', slot: DEAF };
  const groups = ['pays', 'starter', 'loses', 'pays'] as const;
  return { group: groups[index % 4]!, slot: Math.floor(index / 4) % 2 };
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

async function setTier(rig: Rig, { userId }: RigUser, tier: string): Promise<void> {
  const { status } = await sendHook(urlOf(rig.slots[0]!.port), '/hooks/tier', {
    ...{ eventId: randomUUID(), userId, tier },
  });
  if (status !== 202) throw new Error(`the tier was not set: ${status}`);
}

async function openReader(
  rig: Rig,
  user: RigUser,
  { group, slot }: ReturnType<typeof placeOf>,
): Promise<Reader> {
  if (group !== 'starter') await setTier(rig, user, 'PROFESSIONAL');
  const auth = { sessionID: user.sessionID, userId: user.userId };
  const socket = openSocket(urlOf(rig.slots[slot]!.port), { auth });
  await connected(socket);
  const heard = collect(socket, 'signal:new');
  accepted(await ask(socket, 'subscribe:signals'));
  return { group, user, socket, ids: () => heard.map(({ payload }) => payload.id) };
}

/** Sends until it is ended; resolves with what was accepted. */
function startSource(rig: Rig): () => Promise<Sent[]> {
  const sent: Promise<Sent>[] = [];
  const timer = setInterval(() => {
    const { port } = rig.slots[sent.length % rig.slots.length]!;
    const signal = { id: randomUUID(), premium: sent.length % 2 === 0, sentAt: Date.now() };
    sent.push(send(rig, port, signal));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return Promise.all(sent);
  };
}

async function send(rig: Rig, port: number, { id, premium, sentAt }: Sent): Promise<Sent> {
  const timestamp = new Date(sentAt).toISOString();
  const source = 'momentum' as const;
  const signal = { id, premium, symbol: rig.symbols[0], action: 'buy', source, timestamp };
  const { status } = await sendSignal(urlOf(port), signal);
  if (status !== 202) throw new Error(`a signal was answered with ${status}`);
  return { id, premium, sentAt };
}

async function suffer(rig: Rig, readers: readonly Reader[], options: DrillOptions): Promise<Row[]> {
  const form = options.quick ? 'quick' : 'full';
  const finish = startSource(rig);
  await pause(AROUND_S[form] * 1_000);
  await rig.redis.kill();
  await pause(1_000);
  for (const { group, user } of readers) if (group === 'loses') await setTier(rig, user, 'STARTER');
  const takenAt = Date.now();
  await pause(AWAY_S[form] * 1_000);
  await rig.redis.restart();
  await pause(AROUND_S[form] * 1_000);
  const sent = await finish();
  const of = (...groups: Group[]): Reader[] => readers.filter(({ group }) => groups.includes(group));
  await settle(of('pays', 'starter', 'loses'), sent, waitMs(options, SETTLE_MS));

  const fault = `Redis killed for ${AWAY_S[form] + 1} s, and a tier taken away meanwhile`;
  const exits = rig.slots.reduce((sum, { unexpectedExits }) => sum + unexpectedExits, 0);
  const row = { fault, faults: 1, verdict: null };
  const rows: Row[] = [
    {
      ...row,
      checks: [
        ...readerChecks(of('pays', 'starter', 'loses'), sent, takenAt),
        exactly('replicas that exited', exits, 0),
      ],
      notes: [`${sent.length} signals, ${readers.length} readers.`],
    },
  ];
  if (options.controls) {
    const control = 'the notices and the sweep of signals';
    rows.push({ ...row, control, checks: readerChecks(of('deaf'), sent, takenAt) });
    for (const group of ['starter', 'loses'] as const) {
      const relabelled = of('pays').map((reader) => ({ ...reader, group }));
      const control = `the true tier of readers who pay, judged as those ${JUDGED_AS[group]}`;
      rows.push({ ...row, control, checks: readerChecks(relabelled, sent, takenAt) });
    }
  }
  return rows;
}

/** Whether the reader has to get it. Premium ones of who loses the tier may still come, or not. */
const isDue = ({ group }: Reader, { premium }: Sent): boolean =>
  !premium || group === 'pays' || group === 'deaf';

const isForbidden = ({ group }: Reader, { premium, sentAt }: Sent, takenAt: number): boolean =>
  premium && (group === 'starter' || (group === 'loses' && sentAt > takenAt + TAKEN_BACK_MS));

function lostBy(reader: Reader, sent: readonly Sent[]): number {
  const ids = new Set(reader.ids());
  return sent.filter((one) => isDue(reader, one) && !ids.has(one.id)).length;
}

async function settle(readers: readonly Reader[], sent: readonly Sent[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (readers.some((reader) => lostBy(reader, sent) > 0) && Date.now() < deadline)
    await pause(LOOK_AGAIN_MS);
}

function readerChecks(readers: readonly Reader[], sent: readonly Sent[], takenAt: number): Check[] {
  const sum = (count: (reader: Reader) => number): number =>
    readers.reduce((total, reader) => total + count(reader), 0);
  const leaked = (reader: Reader): number => {
    const ids = new Set(reader.ids());
    return sent.filter((one) => ids.has(one.id) && isForbidden(reader, one, takenAt)).length;
  };
  return [
    exactly(
      'lost',
      sum((reader) => lostBy(reader, sent)),
      0,
    ),
    exactly(
      'twice',
      sum((reader) => reader.ids().length - new Set(reader.ids()).size),
      0,
    ),
    exactly('leaked', sum(leaked), 0),
  ];
}
