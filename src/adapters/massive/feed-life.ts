import type { FeedScope, FeedSink, FeedStatus, FeedTerms } from '../../domain/market/feed.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import { createBackoff } from '../../lib/backoff.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RequestPace } from '../../lib/request-pace.ts';
import { type Backfill, type BackfillOptions, createBackfill } from './backfill.ts';
import { type Cluster, quotedOf } from './clusters.ts';
import { type Connection, createConnection, NOT_THE_ENGINE } from './connection.ts';
import { createContractBackfill } from './contract-backfill.ts';
import { createIntake } from './intake.ts';
import type { KnownPlan } from './plan.ts';
import { createRecorder } from './recorder.ts';
import { createMassiveRest } from './rest.ts';
import type { ShedCount } from './scope.ts';
import type { ConnectionEnd } from './statuses.ts';

export interface MassiveFeedOptions {
  readonly apiKey: string;
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly pace: RequestPace;
  readonly clock: Clock;
  readonly log: Log;
  /** By them a quiet market differs from a dead feed. */
  readonly hours: MarketHours;
  /** Where to append what comes from upstream, in the format of the replay. */
  readonly recordFile?: string | null;
}

const RECONNECT_BASE_MS = 500;
/** Quotes are back within ten seconds of upstream's return. One connection asks no more often than this. */
const RECONNECT_CAP_MS = 8_000;
/** Upstream lets a connection in and evicts it a moment later: only one that lived counts as a success. */
const STABLE_AFTER_MS = 10_000;

/** The feed from its start to its stop: one connection after another, and the REST requests beside them. */
export interface FeedLife {
  /** What is wanted, or the scope beside it, has changed. */
  want(): void;
  /** The last sign of upstream, of whichever connection; milliseconds since epoch. */
  heardAt(): number;
  end(): Promise<void>;
}

export interface FeedLifeParts {
  readonly sink: FeedSink;
  readonly terms: FeedTerms;
  /** The symbols wanted now. */
  readonly wanted: () => ReadonlySet<string>;
  /** What comes beside them. */
  readonly scope: () => FeedScope | null;
  readonly shed: ShedCount;
  readonly plan: KnownPlan;
  readonly report: (status: FeedStatus) => void;
}

export function beginLife(cluster: Cluster, options: MassiveFeedOptions, parts: FeedLifeParts): FeedLife {
  const { clock, log } = options;
  const { sink, wanted, scope, report, terms } = parts;
  const backoff = createBackoff({ baseMs: RECONNECT_BASE_MS, capMs: RECONNECT_CAP_MS });
  const recorder = options.recordFile ? createRecorder(options.recordFile, log) : null;
  const rest = createMassiveRest(options);
  const flows = createFlows(sink, (symbol) => wanted().has(symbol) && backfill.add(symbol));
  let connection: Connection | null = null;
  let heardAt = clock.now();
  let cancelTimer: Cancel = () => {};

  const intake = createIntake({
    ...options,
    ...parts,
    reading: cluster,
    recorder,
    onStatus: (event) => connection?.takeStatus(event),
  });
  const backfill = createBackfillOf(cluster, {
    request: { rest, clock, log, onEvent: intake.take, onCandles: sink.candles },
    wanted,
    flows,
  });
  const onEnd = ({ kind, detail }: ConnectionEnd): void => {
    cancelTimer();
    heardAt = connection?.heardAt() ?? heardAt;
    connection = null;
    flows.endAll();
    if (kind !== 'retry') {
      log.error({ detail }, 'upstream refuses this service');
      report({ state: 'refused', detail, ...(kind === 'lost' ? { lost: true } : {}) });
      return;
    }
    report({ state: 'down', detail });
    const delay = backoff.next();
    cancelTimer = clock.after(delay, connect);
    log.warn({ detail, delay }, 'the upstream connection ended; trying again');
  };

  function connect(): void {
    if (!terms.mayConnect()) {
      onEnd({ kind: 'retry', detail: NOT_THE_ENGINE });
      return;
    }
    report({ state: 'connecting' });
    connection = createConnection({
      ...options,
      ...{ cluster, plan: parts.plan },
      mayLogIn: terms.mayConnect,
      onFrame: intake.readFrame,
      onOversize: () => sink.dropped(1, true),
      onLoggedIn() {
        cancelTimer = clock.after(STABLE_AFTER_MS, backoff.reset);
      },
      onStatus: report,
      onFlow: flows.set,
      onUnquoted: createUnquoted(parts, clock),
      onEnd,
    });
    connection.want(wanted(), scope());
  }

  const waitMs = terms.notBefore - clock.now();
  if (!(waitMs > 0)) connect();
  else {
    report({ state: 'connecting', detail: waitingFor(terms.notBefore) });
    cancelTimer = clock.after(waitMs, connect);
  }

  return {
    want: () => connection?.want(wanted(), scope()),
    heardAt: () => connection?.heardAt() ?? heardAt,
    async end() {
      cancelTimer();
      connection?.close();
      for (const part of [backfill, rest, intake]) part.stop();
      await recorder?.close();
    },
  };
}

const NEITHER_SIDE = { bid: undefined, bidSize: undefined, ask: undefined, askSize: undefined };

/** Says that there is neither bid nor ask any longer. */
function createUnquoted({ sink, wanted }: FeedLifeParts, clock: Clock) {
  return (symbol: string, sourceTime: number): void => {
    const tick = { symbol, sourceTime, receivedAt: clock.now(), ...NEITHER_SIDE };
    if (wanted().has(symbol)) sink.nbbo(tick);
    else sink.tape?.nbbo(tick);
  };
}

/** The symbols that upstream sends over the connection there is. */
interface Flows {
  has(symbol: string): boolean;
  set(symbol: string, isFlowing: boolean): void;
  endAll(): void;
}

function createFlows(sink: FeedSink, onBegun: (symbol: string) => void): Flows {
  const flowing = new Set<string>();
  return {
    has: (symbol) => flowing.has(symbol),
    set(symbol, isFlowing) {
      if (isFlowing) flowing.add(symbol);
      else flowing.delete(symbol);
      sink.confirmed(symbol, isFlowing);
      if (isFlowing) onBegun(symbol);
    },
    endAll() {
      for (const symbol of flowing) sink.confirmed(symbol, false);
      flowing.clear();
    },
  };
}

/** What REST adds to the stream of this cluster. */
function createBackfillOf(
  cluster: Cluster,
  parts: Pick<FeedLifeParts, 'wanted'> & {
    readonly request: BackfillOptions;
    readonly flows: Flows;
  },
): Backfill {
  const { request, wanted, flows } = parts;
  if (cluster.name === 'stocks')
    return createBackfill({ ...request, flowing: () => [...wanted()].filter(flows.has) });
  return createContractBackfill({
    ...request,
    isFlowing: (symbol) => flows.has(symbol) && wanted().has(symbol),
    quoted: () => quotedOf(cluster, wanted()),
  });
}

function waitingFor(notBefore: number): string {
  const time = new Date(notBefore).toISOString().slice(11, 19);
  return `Another service uses this key, upstream allows one connection: waiting until ${time} UTC before asking again.`;
}
