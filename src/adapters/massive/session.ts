import type { FeedScope, FeedStatus } from '../../domain/market/feed.ts';
import { BEHIND_MS } from '../../domain/market/lateness.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Cluster, quotedOf, topicsOf } from './clusters.ts';
import type { KnownPlan } from './plan.ts';
import type { UpstreamSocket } from './socket.ts';
import { createTopics } from './topics.ts';
import { createWatchdog } from './watchdog.ts';

/** The login of one connection: its topics, and the watch over what arrives. */
export interface Session {
  /** The login has succeeded: requests what is wanted and reports the state. */
  begin(): void;
  want(symbols: ReadonlySet<string>, scope: FeedScope | null): void;
  /** False where the text acknowledges nothing that was requested. */
  acknowledge(text: string): boolean;
  /** Upstream said that the plan lacks something that was requested. */
  notAuthorized(): void;
  /** Something arrived. */
  received(isMarketData: boolean): void;
  /** The last sign that nothing is missing, milliseconds since epoch. */
  heardAt(): number;
  stop(): void;
}

export interface SessionOptions {
  readonly cluster: Cluster;
  readonly socket: Pick<UpstreamSocket, 'send' | 'ping'>;
  readonly plan: KnownPlan;
  /** Its quotes are delayed ones. */
  readonly isDelayed: boolean;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
  readonly onStatus: (status: FeedStatus) => void;
  readonly onFlow: (symbol: string, flowing: boolean) => void;
  /** The symbol flows without its quotes from `time` of the source on, milliseconds since epoch. */
  readonly onUnquoted: (symbol: string, time: number) => void;
  /** Nothing arrives any more, not even a pong. */
  readonly onDead: () => void;
}

export function createSession(options: SessionOptions): Session {
  const { cluster, socket, plan, isDelayed, clock, hours, log } = options;
  const { canary } = cluster;
  let wanted: ReadonlySet<string> = new Set();
  let scope: FeedScope | null = null;
  let isLoggedIn = false;
  let isSilent = false;
  let isRefused = false;

  const report = (): void => {
    if (!isLoggedIn) return;
    const unanswered = topics.refusedChannels();
    if (isRefused) plan.refuse(unanswered);
    const limits = [...refusalsOf(options, unanswered), ...tooManyOf(cluster, wanted)];
    options.onStatus(statusOf(isDelayed, isSilent, limits, plan.lacks('Q')));
  };
  const quotedUntil = (): number => clock.now() - (isDelayed ? BEHIND_MS.delayed.most : 0);
  const hold = (): void => topics.want(topicsOf(cluster, wanted, scope), followedOf(cluster, wanted));

  const topics = createTopics({
    clock,
    channels: cluster.channels,
    send: (action, list) => socket.send({ action, params: list.join(',') }),
    onFlow: options.onFlow,
    onUnquoted(symbol) {
      // The canary has no quotes of its own.
      if (wanted.has(symbol)) options.onUnquoted(symbol, quotedUntil());
    },
    onUnanswered(list) {
      log.warn({ topics: list.slice(0, 20), count: list.length }, 'upstream never confirmed these topics');
      report();
    },
  });
  const watchdog = createWatchdog({
    clock,
    marketSession: () => (isLoggedIn ? hours.session(clock.now()) : 'closed'),
    hasCanary: () => canary !== null && topics.isConfirmed(canary),
    ping: socket.ping,
    onSilent(silent) {
      isSilent = silent;
      report();
    },
    onDead: options.onDead,
  });

  return {
    begin() {
      isLoggedIn = true;
      hold();
      report();
    },
    want(symbols, beside) {
      const wasOver = wanted.size > cluster.maxQuoted;
      const left = [...(scope?.quoted ?? [])].filter((symbol) => !beside?.quoted.has(symbol));
      wanted = symbols;
      scope = beside;
      if (!isLoggedIn) return;
      for (const symbol of left) if (!symbols.has(symbol)) options.onUnquoted(symbol, quotedUntil());
      hold();
      if (wasOver || symbols.size > cluster.maxQuoted) report();
    },
    acknowledge(text) {
      const isKnown = topics.acknowledge(text);
      if (plan.grant(topics.hasConfirmed)) report();
      return isKnown;
    },
    notAuthorized() {
      isRefused = true;
    },
    received: watchdog.received,
    heardAt: watchdog.heardAt,
    stop() {
      isLoggedIn = false;
      topics.stop();
      watchdog.stop();
    },
  };
}

const followedOf =
  ({ canary }: Cluster, wanted: ReadonlySet<string>) =>
  (symbol: string): boolean =>
    wanted.has(symbol) || canary?.endsWith(`.${symbol}`) === true;

/** `withoutQuotes`: upstream has said so. Quotes that are merely late would be missing for a moment. */
function statusOf(
  isDelayed: boolean,
  isSilent: boolean,
  limits: readonly string[],
  withoutQuotes: boolean,
): FeedStatus {
  if (isSilent) return { state: 'silent', detail: 'Upstream has fallen silent while the market is open.' };
  return {
    state: isDelayed ? 'delayed' : 'live',
    ...(limits.length > 0 && { detail: limits.join(' ') }),
    ...(withoutQuotes && { withoutQuotes }),
  };
}

function refusalsOf({ cluster, plan }: SessionOptions, unanswered: readonly string[]): string[] {
  const channels = cluster.channels.filter((one) => plan.lacks(one) || unanswered.includes(one));
  const priced = channels.filter((channel) => channel !== 'LULD');
  return [
    ...(priced.length > 0
      ? [`The plan does not include ${priced.join(', ')}: quotes rest on the other channels.`]
      : []),
    ...(priced.length < channels.length ? ['The plan does not include LULD: halts are not known.'] : []),
  ];
}

function tooManyOf(cluster: Cluster, wanted: ReadonlySet<string>): string[] {
  const unquoted = wanted.size - quotedOf(cluster, wanted).size;
  if (unquoted === 0) return [];
  return [
    `Upstream allows quotes of ${cluster.maxQuoted} contracts: ${unquoted} more have neither bid nor ask.`,
  ];
}
