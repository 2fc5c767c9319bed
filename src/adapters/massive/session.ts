import type { FeedStatus } from '../../domain/market/feed.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { UpstreamSocket } from './socket.ts';
import { createTopics } from './topics.ts';
import { createWatchdog } from './watchdog.ts';

/** One bar a second in regular hours: its silence is upstream's, not the market's. */
const CANARY_TOPIC = 'A.SPY';

/** The login of one connection: its topics, and the watch over what arrives. */
export interface Session {
  /** The login has succeeded: requests what is wanted and reports the state. */
  begin(): void;
  want(symbols: ReadonlySet<string>): void;
  /** False where the text acknowledges nothing that was requested. */
  acknowledge(text: string): boolean;
  /** Something arrived. */
  received(isMarketData: boolean): void;
  stop(): void;
}

export interface SessionOptions {
  readonly socket: Pick<UpstreamSocket, 'send' | 'ping'>;
  /** Its quotes are delayed ones. */
  readonly isDelayed: boolean;
  readonly clock: Clock;
  readonly hours: MarketHours;
  readonly log: Log;
  readonly onStatus: (status: FeedStatus) => void;
  readonly onFlow: (symbol: string, flowing: boolean) => void;
  /** Nothing arrives any more, not even a pong. */
  readonly onDead: () => void;
}

export function createSession(options: SessionOptions): Session {
  const { socket, isDelayed, clock, hours, log } = options;
  let wanted: ReadonlySet<string> = new Set();
  let isLoggedIn = false;
  let isSilent = false;

  const report = (): void => {
    if (isLoggedIn) options.onStatus(statusOf(isDelayed, isSilent, topics.refusedChannels()));
  };

  const topics = createTopics({
    clock,
    always: [CANARY_TOPIC],
    send: (action, list) => socket.send({ action, params: list.join(',') }),
    onFlow: options.onFlow,
    onUnanswered(list) {
      log.warn({ topics: list.slice(0, 20), count: list.length }, 'upstream never confirmed these topics');
      report();
    },
  });
  const watchdog = createWatchdog({
    clock,
    marketSession: () => (isLoggedIn ? hours.session(clock.now()) : 'closed'),
    hasCanary: () => topics.isConfirmed(CANARY_TOPIC),
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
      topics.want(wanted);
      report();
    },
    want(symbols) {
      wanted = symbols;
      if (isLoggedIn) topics.want(symbols);
    },
    acknowledge: topics.acknowledge,
    received: watchdog.received,
    stop() {
      isLoggedIn = false;
      topics.stop();
      watchdog.stop();
    },
  };
}

function statusOf(isDelayed: boolean, isSilent: boolean, refused: readonly string[]): FeedStatus {
  if (isSilent) return { state: 'silent', detail: 'Upstream has fallen silent while the market is open.' };
  const state = isDelayed ? 'delayed' : 'live';
  if (refused.length === 0) return { state };
  const channels = refused.join(', ');
  return { state, detail: `The plan does not include ${channels}: quotes rest on the other channels.` };
}
