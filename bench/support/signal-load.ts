import { Agent } from 'node:http';
import { postHook, SIGNAL_ROUTE } from '../../rig/clients/hooks.ts';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { SIGNAL_SOURCES } from '../../rig/secrets.ts';
import type { SeededUser } from '../../rig/seed.ts';
import { pass } from './case.ts';
import { SYMBOLS } from './quotes.ts';
import type { Replica } from './replicas.ts';
import type { ReadersMethods, Received } from './signal-readers.ts';
import { cpuSeconds } from './usage.ts';

const READERS_PER_USER = 5;
/** As a source keeps its connections. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const SOURCE = 'momentum';
const ASK_AGAIN_MS = 100;
/** After the last delivery: what is sent twice shows within this. */
const REPEATS_SHOW_MS = 500;
const COMPLETE_WITHIN_MS = 20_000;

export interface SignalReaders {
  readonly count: number;
  readonly child: Child<ReadersMethods>;
}

export const usersFor = (readers: number): number => Math.ceil(readers / READERS_PER_USER);

/** Readers of one replica, which all follow the signals, in a process of their own. */
export async function startReaders(
  { port }: Pick<Replica, 'port'>,
  users: readonly SeededUser[],
  count: number,
): Promise<SignalReaders> {
  const child = startChild<ReadersMethods>('bench/support/signal-readers.ts');
  const sessionIDs = Array.from({ length: count }, (_, index) => users[index % users.length]!.sessionID);
  await child.call('connect', { port, sessionIDs });
  return { count, child };
}

export interface SignalRun {
  readonly sendTo: number;
  readonly readers: readonly SignalReaders[];
  readonly servers: readonly Pick<Replica, 'child'>[];
  readonly signals: number;
  /** Null sends all of them at once. */
  readonly perSecond: number | null;
}

export interface SignalFigures {
  readonly received: readonly Received[];
  /** Deliveries that are missing, repeated or out of order. */
  readonly faults: number;
  /** Milliseconds until the last of them was answered. */
  readonly answeredMs: number;
  readonly seconds: number;
  readonly serverSeconds: readonly number[];
  readonly senderSeconds: number;
}

let runs = 0;

/** Posts signed signals, and resolves when every reader has every one of them, or does not get them in time. */
export async function measureSignals(run: SignalRun): Promise<SignalFigures> {
  const { readers, servers, signals, perSecond } = run;
  runs += 1;
  const cpu = (): Promise<number[]> => Promise.all(servers.map(({ child }) => child.call('cpuSeconds')));
  const [before] = await Promise.all([cpu(), ...readers.map(({ child }) => child.call('begin'))]);
  const [startedAt, senderBefore] = [performance.now(), cpuSeconds()];
  const answers: Promise<void>[] = [];
  for (let number = 0; number < signals; number++) {
    const dueMs = perSecond === null ? 0 : (number * 1_000) / perSecond;
    const wait = startedAt + dueMs - performance.now();
    if (wait > 0) await pass(wait);
    answers.push(send(run.sendTo, `bench-${runs}-${number}`, number, startedAt + dueMs));
  }
  await Promise.all(answers);
  const answeredMs = performance.now() - startedAt;
  await complete(readers, signals);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await cpu();
  const senderSeconds = cpuSeconds() - senderBefore;
  await pass(REPEATS_SHOW_MS);
  const received = await Promise.all(readers.map(({ child }) => child.call('received')));
  return {
    received,
    faults: received.reduce(
      (sum, { deliveries, wrong }, at) => sum + wrong + Math.abs(readers[at]!.count * signals - deliveries),
      0,
    ),
    answeredMs,
    seconds,
    serverSeconds: after.map((value, at) => value - before[at]!),
    senderSeconds,
  };
}

async function complete(readers: readonly SignalReaders[], signals: number): Promise<void> {
  const deadline = performance.now() + COMPLETE_WITHIN_MS;
  while (performance.now() < deadline) {
    const received = await Promise.all(readers.map(({ child }) => child.call('received')));
    if (received.every(({ deliveries }, at) => deliveries >= readers[at]!.count * signals)) return;
    await pass(ASK_AGAIN_MS);
  }
}

/** The time in the signal is the moment at which it was due. */
async function send(port: number, id: string, number: number, dueAt: number): Promise<void> {
  const text = JSON.stringify({
    id,
    symbol: SYMBOLS[number % SYMBOLS.length],
    action: number % 2 === 0 ? 'buy' : 'sell',
    price: 187.25,
    stopPrice: 180,
    targetPrice: 200,
    premium: false,
    source: SOURCE,
    text: 'The short average has crossed the long one.',
    timestamp: new Date(performance.timeOrigin + dueAt).toISOString(),
  });
  const { status } = await postHook(
    { port, route: SIGNAL_ROUTE, agent, secret: SIGNAL_SOURCES[SOURCE] },
    text,
  );
  if (status !== 202) throw new Error(`a signal was answered with ${status}`);
}
