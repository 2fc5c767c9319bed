import { tradeHook } from '../../rig/clients/hooks.ts';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { type BenchCase, type CaseResult, pass, type Row, thousands } from '../support/case.ts';
import { SYMBOLS, watchlists } from '../support/quotes.ts';
import { type ReplicaSet, startReplicas } from '../support/replicas.ts';
import type { ReturningMethods, Standing } from '../support/returning.ts';
import { sendHook } from '../support/trader.ts';

/** Behind a front, and alone: then one event loop serves all. */
const REPLICAS = [3, 1];
const CLIENTS = 5_000;
/** One process that holds too many clients is slow itself. */
const PROCESSES = 2;
const SYMBOLS_EACH = 10;
const PACE = { perSecond: 1, together: false };
/** Users who receive a trade while they are away. */
const TRADES = 500;
const TRADE_CONCURRENCY = 8;
const TRADE_RETRY_MS = 100;

const MAX_SECONDS = 60;
const ASK_AGAIN_MS = 250;
/** After the last one is back no client may be refused or lost any more. */
const QUIET_MS = 5_000;

export const comeback: BenchCase = {
  name: 'comeback',
  title: '5,000 clients after a full restart',
  how: `The case runs with three replicas over Redis and Postgres, then with a single one, whose event loop has all clients.
5,000 clients of as many users are each on a random replica, with \`subscribe:watchlist\` (${SYMBOLS_EACH} of
${SYMBOLS.length} symbols, which change once a second), \`subscribe:portfolio\` and \`subscribe:trades\`.

- All replicas are killed together (\`kill -9\`: no drain, no lease released) and restarted immediately.
- Clients reconnect as standard ones do: after 1, 2 and 4 s, then every 5 s, each ±50 %, to a random replica. A
  client is *back* when all three subscriptions are confirmed; the time runs from the kill.
- Meanwhile ${TRADES} users get a trade by a signed hook, which each must receive once.
- At the end no client and no event may be missing. For five seconds after the last client is back, no client may be
  refused and no replica may log at \`warn\` or above.`,

  async run({ quick }) {
    const count = quick ? 200 : CLIENTS;
    const rows: Row[] = [];
    const notes: string[] = [];
    for (const replicas of REPLICAS) {
      const result = await measure(replicas, count);
      rows.push(...result.rows);
      notes.push(...result.notes.map((note) => `${name(replicas)}: ${note}`));
    }
    return { rows, notes };
  },
};

async function measure(replicas: number, count: number): Promise<CaseResult> {
  const set = await startReplicas({ replicas, users: count });
  const loads: Child<ReturningMethods>[] = [];
  try {
    await openClients(set, loads, count);
    const outcome = await restartAll(set, loads, count);
    return { rows: rowsOf(outcome, name(replicas)), notes: notesOf(outcome) };
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
    await set.stop();
  }
}

/** All clients, shared among the processes, which are added to `loads` at once: they have to end. */
async function openClients(set: ReplicaSet, loads: Child<ReturningMethods>[], count: number): Promise<void> {
  const ports = set.replicas.map(({ port }) => port);
  const lists = watchlists(count, SYMBOLS_EACH);
  const clients = set.users.map(({ sessionID }, at) => ({ sessionID, symbols: lists[at]! }));
  const share = Math.ceil(count / PROCESSES);
  for (let at = 0; at < PROCESSES; at++)
    loads.push(startChild<ReturningMethods>('bench/support/returning.ts'));
  await Promise.all(
    loads.map((load, at) =>
      load.call('open', { ports, clients: clients.slice(at * share, (at + 1) * share) }),
    ),
  );
}

interface ComebackOutcome {
  readonly count: number;
  /** At the end of the quiet time. */
  readonly standing: Standing;
  /** From the kill until every replica listened again. */
  readonly startedAfterMs: number;
  readonly trades: number;
  /** Logged since the kill, and of that after the last client was back. */
  readonly complaints: Readonly<Record<string, number>>;
  /** Clients or events missing at the end, and what was refused or logged after the last one was back. */
  readonly left: number;
}

async function restartAll(
  set: ReplicaSet,
  loads: readonly Child<ReturningMethods>[],
  count: number,
): Promise<ComebackOutcome> {
  const before = set.complaints();
  const killedAt = Date.now();
  await set.kill();
  await Promise.all(loads.map((load) => load.call('countFrom', killedAt)));
  const starting = set.start().then(() => Date.now() - killedAt);
  const sending = sendTrades(set, Math.min(TRADES, count));
  const startedAfterMs = await starting;
  await Promise.all(set.replicas.map(({ child }) => child.call('updates', PACE)));

  const deadline = killedAt + MAX_SECONDS * 1_000;
  while ((await standingOf(loads)).back < count && Date.now() < deadline) await pass(ASK_AGAIN_MS);
  const trades = await sending;
  const atBack = await standingOf(loads);
  const complaintsAtBack = set.complaints();
  await pass(QUIET_MS);
  const standing = await standingOf(loads);
  const left =
    count -
    standing.back +
    (trades - standing.events) +
    standing.misplaced +
    standing.notRecovered +
    sum(standing.refused) -
    sum(atBack.refused) +
    sum(difference(set.complaints(), complaintsAtBack));
  return { count, standing, startedAfterMs, trades, complaints: difference(set.complaints(), before), left };
}

function rowsOf({ count, standing, complaints, left }: ComebackOutcome, where: string): Row[] {
  const seconds = standing.last / 1_000;
  const poolTimeouts = countOf(complaints, (text) =>
    text.includes('timeout exceeded when trying to connect'),
  );
  return [
    {
      what: `5,000 clients back after kill -9 of ${where}, to the last one`,
      measured: standing.back === count ? `${seconds.toFixed(1)} s` : `${standing.back} of ${count}`,
      yardstick: '–',
      target: `≤ ${MAX_SECONDS} s`,
      reached: standing.back === count && seconds <= MAX_SECONDS,
    },
    {
      what: `time-outs of the database pool while 5,000 clients return, ${where}`,
      measured: String(poolTimeouts),
      yardstick: '–',
      target: '0',
      reached: poolTimeouts === 0,
    },
    {
      what: `missing clients, missing events and later errors, ${where}`,
      measured: String(left),
      yardstick: '–',
      target: '0',
      reached: left === 0,
    },
  ];
}

const notesOf = ({ count, standing, startedAfterMs, trades, complaints }: ComebackOutcome): string[] => [
  `${standing.back} of ${thousands(count)} back, half of them after ${(standing.p50 / 1_000).toFixed(1)} s, the last after ${(standing.last / 1_000).toFixed(1)} s; ` +
    `the replicas listened again after ${(startedAfterMs / 1_000).toFixed(1)} s`,
  `${thousands(standing.attempts)} attempts to connect; refused on the way: ${list(standing.refused)}; not back at the end: ${list(standing.phases)}`,
  `${trades} trades made meanwhile, ${standing.events} delivered, ${standing.misplaced} out of order; ${standing.notRecovered} streams could not be resumed`,
  `logged at warn and above since the kill: ${list(complaints)}`,
];

/** A trade for each of the first `count` users, each sent until a replica has accepted it; answers with how many. */
async function sendTrades(set: ReplicaSet, count: number): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const number = next;
      next += 1;
      const body = tradeHook(set.users[number]!.userId, `away-${number}`);
      for (let attempt = number; ; attempt++) {
        try {
          await sendHook(set.replicas[attempt % set.replicas.length]!.port, '/hooks/trades', body);
          break;
        } catch {
          // No replica listens yet.
          await pass(TRADE_RETRY_MS);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: TRADE_CONCURRENCY }, worker));
  return count;
}

async function standingOf(loads: readonly Child<ReturningMethods>[]): Promise<Standing> {
  const all = await Promise.all(loads.map((load) => load.call('standing')));
  const total = (key: 'clients' | 'back' | 'attempts' | 'notRecovered' | 'events' | 'misplaced'): number =>
    all.reduce((count, one) => count + one[key], 0);
  return {
    clients: total('clients'),
    back: total('back'),
    p50: Math.max(...all.map(({ p50 }) => p50)),
    last: Math.max(...all.map(({ last }) => last)),
    attempts: total('attempts'),
    phases: added(all.map(({ phases }) => phases)),
    refused: added(all.map(({ refused }) => refused)),
    notRecovered: total('notRecovered'),
    events: total('events'),
    misplaced: total('misplaced'),
  };
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all)
    for (const [name, count] of Object.entries(one)) counts[name] = (counts[name] ?? 0) + count;
  return counts;
}
const name = (replicas: number): string => (replicas === 1 ? 'one replica' : `${replicas} replicas`);

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ') || 'nothing';
const countOf = (counts: Readonly<Record<string, number>>, fits: (name: string) => boolean): number =>
  sum(Object.fromEntries(Object.entries(counts).filter(([name]) => fits(name))));

function difference(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, count] of after) {
    const more = count - (before.get(name) ?? 0);
    if (more > 0) counts[name] = more;
  }
  return counts;
}
