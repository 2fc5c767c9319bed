/**
 * The replicas as one service:
 * what /health/websocket and the Monitor page show, from the heartbeats that arrived here.
 */
import type { DarkpoolScope } from '../../protocol/darkpool.ts';
import type {
  FeedHealth,
  LatencyPayload,
  MonitorReplica,
  ServedFeed,
  WebSocketHealthPayload,
} from '../../protocol/health-payloads.ts';
import type { Refusal } from '../bus/refusals.ts';
import type { SeenReplica } from './replica-log.ts';
import { engineOf, type Replicas } from './replicas.ts';

export interface OverviewParts {
  /** Name of this replica. */
  readonly replica: string;
  readonly replicas: Pick<Replicas, 'all'>;
  /** Users with a connection to any replica; null where each replica knows its own only. */
  readonly uniqueUsers: () => number | null;
  readonly feedSource: string;
  readonly redis: () => WebSocketHealthPayload['redis'];
  /** Why messages on the bus are refused that no replica sent; empty where none come. */
  readonly refused: () => readonly Refusal[];
  /** Why Redis is down, without a full stop; null where that is not known. */
  readonly redisProblem: () => string | null;
  readonly offExchange: () => DarkpoolScope | null;
  readonly database: () => string;
  /** Whether trading is halted for everyone. */
  readonly isHalted: () => boolean;
}

export type Overview = Omit<WebSocketHealthPayload, 'uptime' | 'replicas'> & {
  readonly replicas: MonitorReplica[];
};

/** A third of the age that makes quotes too old; NTP keeps clocks a hundred times closer. */
const MAX_CLOCK_OFFSET_MS = 500;

const FLOWING: readonly FeedHealth['state'][] = ['live', 'delayed'];
const CONNECTED: readonly FeedHealth['state'][] = [...FLOWING, 'silent'];
/** A plan or a recording may have no contracts: that is no fault. */
const NO_OPTIONS: readonly FeedHealth['state'][] = ['refused', 'ended'];

export function overviewOf(parts: OverviewParts): Overview {
  const seen = parts.replicas.all();
  const present = seen.filter(({ state }) => state !== 'silent');
  const engine = engineOf(seen);
  const feed = feedOf(parts.feedSource, seen, engine, STOCKS);
  const options = feedOf(parts.feedSource, seen, engine, OPTIONS);
  const [redis, database] = [parts.redis(), parts.database()];
  const users = present.map(({ status }) => status.users);
  // A single replica's own count is complete, unless others are out of reach.
  const isAlone = seen.length === 1 && redis !== 'down';
  const unique = parts.uniqueUsers() ?? (isAlone ? users[0]! : null);
  const problems = [
    ...problemsOf(seen),
    ...seen.flatMap(clockProblem),
    ...engineProblems(engine, feed),
    ...(parts.isHalted() ? ['Trading is halted for everyone.'] : []),
    ...(redis === 'down' ? [redisSentence(parts.redisProblem())] : []),
    ...refusedProblems(parts.refused()),
    ...(database === 'ok' ? [] : [`The database ${database}.`]),
  ];
  return {
    status: problems.length === 0 ? 'healthy' : 'degraded',
    problems,
    activeConnections: present.reduce((sum, { status }) => sum + status.connections, 0),
    uniqueUsers: unique ?? Math.max(0, ...users),
    uniqueUsersExact: unique !== null,
    replica: parts.replica,
    replicas: seen.map(replicaToPayload),
    feed,
    feeds: {
      stocks: servedFeed(feed, engine?.status.stockSymbols),
      options: servedFeed(options, engine?.status.optionContracts),
    },
    redis,
    offExchange: parts.offExchange(),
    database,
    latency: slowest(present),
  };
}

/** Problems of the replicas, except what the answering one reports for itself. */
function problemsOf(seen: readonly SeenReplica[]): string[] {
  const silent = seen
    .filter(({ state }) => state === 'silent')
    .map(({ status }) => `${status.replica} is silent.`);
  const serving = seen.some(({ state }) => state === 'ok');
  return serving ? silent : [...silent, 'No replica takes new connections.'];
}

const OTHER_SECRETS =
  'Messages arrive that are signed with another secret: give all replicas the same SESSION_SECRET, or BUS_SECRET.';
const OTHER_TIMES =
  'Messages arrive that were signed more than a minute away from now: set the clocks (NTP).';

function refusedProblems(reasons: readonly Refusal[]): string[] {
  const others = reasons.filter((why) => why !== 'unlisted' && why !== 'outdated');
  return [
    ...(others.length === 0
      ? []
      : [
          `Messages arrive that no replica has just sent (${others.join(', ')}): see TradecastBusDrops in docs/operations.md.`,
        ]),
    ...(reasons.includes('unlisted') ? [OTHER_SECRETS] : []),
    ...(reasons.includes('outdated') ? [OTHER_TIMES] : []),
  ];
}

const redisSentence = (reason: string | null): string =>
  reason === null ? 'Redis is away.' : `Redis is away: ${reason}.`;

/** A sentence where the clock of a replica is wrong. */
export function clockProblem({ status, clockOffsetMs }: SeenReplica): string[] {
  if (clockOffsetMs === null || Math.abs(clockOffsetMs) <= MAX_CLOCK_OFFSET_MS) return [];
  const seconds = Math.round(Math.abs(clockOffsetMs) / 100) / 10;
  const where = clockOffsetMs > 0 ? 'ahead' : 'behind';
  return [`The clock of ${status.replica} is ${seconds} s ${where}: set the clocks (NTP).`];
}

function engineProblems(engine: SeenReplica | null, feed: FeedHealth): string[] {
  if (engine === null) return ['No replica is the engine: orders wait.'];
  const { executor, optionFeed, sharesWithoutSplits } = engine.status;
  return [
    ...(executor === 'trading' ? [] : [`The executor is ${executor}: orders wait.`]),
    ...(FLOWING.includes(feed.state) ? [] : [`The feed is ${feed.state}.`]),
    ...(optionFeed === null || [...FLOWING, ...NO_OPTIONS].includes(optionFeed.state)
      ? []
      : [`The feed of option contracts is ${optionFeed.state}.`]),
    ...(sharesWithoutSplits === 0 ? [] : [splitsSentence(sharesWithoutSplits)]),
  ];
}

const splitsSentence = (shares: number): string =>
  `The source of splits does not answer: orders in ${shares === 1 ? 'one share' : `${shares} shares`} wait.`;

type ReadFeed = (status: SeenReplica['status']) => FeedHealth | null;
const STOCKS: ReadFeed = ({ feed }) => feed;
const OPTIONS: ReadFeed = ({ optionFeed }) => optionFeed;

/** As the engine reported it, older by the age of its heartbeat; without an engine, down since the last one. */
function feedOf(
  source: string,
  seen: readonly SeenReplica[],
  engine: SeenReplica | null,
  read: ReadFeed,
): FeedHealth {
  const reported = engine && read(engine.status);
  if (!reported) {
    const last = seen.find(({ status }) => read(status) !== null);
    return {
      source,
      state: 'down',
      lastTickAgeMs: ageOf(last, read),
      leader: null,
      detail: engine ? 'the engine does not report it' : 'no replica is the engine',
    };
  }
  return { ...reported, lastTickAgeMs: ageOf(engine, read) };
}

const ageOf = (replica: SeenReplica | undefined, read: ReadFeed): number | null => {
  const age = (replica && read(replica.status)?.lastTickAgeMs) ?? null;
  return age === null ? null : age + replica!.ageMs;
};

const servedFeed = (feed: FeedHealth, subscribed = 0): ServedFeed => ({
  ...feed,
  connected: CONNECTED.includes(feed.state),
  subscribed,
});

function slowest(present: readonly SeenReplica[]): LatencyPayload | null {
  const latencies = present.flatMap(({ status }) => status.latency ?? []);
  return latencies.sort((a, b) => b.p99 - a.p99)[0] ?? null;
}

function replicaToPayload({ status, ageMs, state, rates, clockOffsetMs }: SeenReplica): MonitorReplica {
  return {
    replica: status.replica,
    version: status.version,
    state,
    ageMs,
    connections: status.connections,
    users: status.users,
    uptime: Math.round((status.at - status.startedAt) / 1_000),
    lease: status.lease,
    redis: status.redis,
    database: status.database,
    busLagMs: status.busLagMs,
    clockOffsetMs,
    drops: status.drops,
    recoveries: status.recoveries,
    latency: status.latency,
    rates,
    queueBytes: status.queueBytes,
  };
}
