import type { Quote } from '../domain/market/quote.ts';
import { quoteToPayload } from '../domain/market/quote.ts';
import type { Clock } from '../lib/clock.ts';
import type { RealtimeMetrics } from '../metrics/realtime.ts';
import { MAX_SOCKET_QUEUE_BYTES, SLOW_CONSUMER_TIMEOUT_MS } from '../protocol/limits.ts';
import { type EncodedEvent, encodeEvent } from './encode.ts';
import { createFrameJoiner } from './frame-joiner.ts';
import { isWritable, queuedBytes, type RealtimeSocket, takenBytes, writeEvents } from './socket.ts';

/**
 * The state lane: of each key only the latest value matters.
 *
 * Sockets that watch the same symbols form a group. When quotes change, each is encoded once, the frames a
 * group needs are concatenated once, and every socket of the group gets them in ONE write. A socket whose
 * transport has not taken the last write yet is skipped: it remembers which symbols it missed (not their
 * values) and gets the latest of each once it drains. What a paused reader costs is therefore one write in
 * flight plus a set of symbols. Quotes never go through `io.to(room).emit`.
 */
export interface StateLane {
  add(socket: RealtimeSocket): void;
  remove(socket: RealtimeSocket): void;
  /** Replaces what the socket watches. */
  watch(socket: RealtimeSocket, symbols: ReadonlySet<string>): void;
  watched(socket: RealtimeSocket): ReadonlySet<string>;
  /** Sends the latest known quote of each of these symbols, now or when the socket drains. */
  snapshot(socket: RealtimeSocket, symbols: Iterable<string>): void;
  /**
   * Another state value, which goes out with the next quotes or tick, or with `flush`; a newer value of the
   * same event replaces one still waiting.
   */
  offer(socket: RealtimeSocket, event: EncodedEvent): void;
  /** Writes what waits for this socket, if it can be written to. */
  flush(socket: RealtimeSocket): void;
  /** Fans changed quotes out. */
  publish(quotes: readonly Quote[]): void;
  /** Every symbol somebody here watches. */
  symbols(): Iterable<string>;
  /** Makes up for what slow sockets missed; called on each tick. */
  tick(): void;
  /** Finds the sockets that read nothing; called on each tick, looks once a second. */
  sweep(): void;
}

interface Lane {
  readonly socket: RealtimeSocket;
  group: WatchGroup | null;
  /** Symbols whose latest quote this socket has not got. */
  missed: Set<string> | null;
  /** Other state that waits, latest per event. */
  waiting: Map<string, EncodedEvent> | null;
  /** Since when the transport has taken nothing, milliseconds since epoch; 0 while it does. */
  blockedSince: number;
  /** What it had taken by the last sweep, bytes. */
  taken: number;
}

interface WatchGroup {
  readonly key: string;
  readonly symbols: ReadonlySet<string>;
  readonly lanes: Set<Lane>;
  /** Filled and emptied within one publish. */
  changed: Quote[];
}

const NOTHING: ReadonlySet<string> = new Set();
/** How often every socket is asked whether it still takes what we write, milliseconds. */
const SWEEP_INTERVAL_MS = 1_000;

export interface StateLaneParts {
  readonly clock: Clock;
  readonly metrics: Pick<RealtimeMetrics, 'messageSent' | 'quoteConflated' | 'queued'>;
  readonly latest: (symbol: string) => Quote | undefined;
  readonly onSlowConsumer: (socket: RealtimeSocket) => void;
}

export function createStateLane({ clock, metrics, latest, onSlowConsumer }: StateLaneParts): StateLane {
  const lanes = new Map<string, Lane>();
  const groups = new Map<string, WatchGroup>();
  const groupsBySymbol = new Map<string, Set<WatchGroup>>();
  const encoded = new Map<string, { quote: Quote; event: EncodedEvent }>();
  /** Lanes that missed something. */
  const behind = new Set<Lane>();
  const joiner = createFrameJoiner();
  let lastSweep = 0;

  const laneOf = (socket: RealtimeSocket): Lane | undefined => lanes.get(socket.id);

  function encode(quote: Quote): EncodedEvent {
    const known = encoded.get(quote.symbol);
    if (known?.quote === quote) return known.event;
    const event = encodeEvent('quote:update', quoteToPayload(quote));
    encoded.set(quote.symbol, { quote, event });
    return event;
  }

  function leave(lane: Lane): void {
    const { group } = lane;
    lane.group = null;
    if (!group?.lanes.delete(lane) || group.lanes.size > 0) return;
    groups.delete(group.key);
    for (const symbol of group.symbols) {
      const set = groupsBySymbol.get(symbol);
      if (set?.delete(group) && set.size === 0) {
        groupsBySymbol.delete(symbol);
        encoded.delete(symbol);
      }
    }
  }

  function join(lane: Lane, symbols: ReadonlySet<string>): void {
    const sorted = [...symbols].sort();
    const key = sorted.join();
    let group = groups.get(key);
    if (!group) {
      group = { key, symbols: new Set(sorted), lanes: new Set(), changed: [] };
      groups.set(key, group);
      for (const symbol of sorted) {
        const set = groupsBySymbol.get(symbol) ?? new Set();
        groupsBySymbol.set(symbol, set.add(group));
      }
    }
    group.lanes.add(lane);
    lane.group = group;
  }

  function miss(lane: Lane, symbols: Iterable<string>): void {
    lane.missed ??= new Set();
    for (const symbol of symbols) {
      if (lane.missed.has(symbol)) metrics.quoteConflated();
      lane.missed.add(symbol);
    }
    behind.add(lane);
  }

  /** Writes all a lane missed, in their latest values. */
  function catchUp(lane: Lane): void {
    if (!isWritable(lane.socket)) return;
    const events = [...(lane.waiting?.values() ?? [])];
    for (const event of events) metrics.messageSent(event.event);
    for (const symbol of lane.missed ?? NOTHING) {
      const quote = lane.group?.symbols.has(symbol) ? latest(symbol) : undefined;
      if (quote) events.push(encode(quote));
    }
    countQuotes(events.length - (lane.waiting?.size ?? 0));
    lane.missed = null;
    lane.waiting = null;
    lane.blockedSince = 0;
    behind.delete(lane);
    writeEvents(lane.socket, events);
  }

  /** Answers with how many quotes were written. */
  function sendGroup({ lanes: members, changed }: WatchGroup): number {
    const events = changed.map(encode);
    const joined = joiner.join(events);
    let sent = 0;
    let taken = true;
    for (const lane of members) {
      if (lane.missed === null && lane.waiting === null && isWritable(lane.socket)) {
        lane.blockedSince = 0;
        writeEvents(lane.socket, events, joined);
        if (queuedBytes(lane.socket) > 0) taken = false;
        sent += events.length;
      } else {
        miss(
          lane,
          changed.map((quote) => quote.symbol),
        );
        catchUp(lane);
      }
    }
    if (!taken) joiner.keep();
    return sent;
  }

  const countQuotes = (count: number): void => metrics.messageSent('quote:update', count);

  function sweep(): void {
    const now = clock.now();
    if (now - lastSweep < SWEEP_INTERVAL_MS) return;
    lastSweep = now;
    let queued = 0;
    for (const lane of lanes.values()) {
      if (isWritable(lane.socket)) {
        lane.blockedSince = 0;
        continue;
      }
      const bytes = queuedBytes(lane.socket);
      queued += bytes;
      // Slow is not stuck: a long replay over a thin line is never at rest, and still arrives.
      const taken = takenBytes(lane.socket);
      if (lane.blockedSince === 0 || taken > lane.taken) lane.blockedSince = now;
      lane.taken = taken;
      if (bytes > MAX_SOCKET_QUEUE_BYTES || now - lane.blockedSince >= SLOW_CONSUMER_TIMEOUT_MS) {
        onSlowConsumer(lane.socket);
      }
    }
    metrics.queued(queued);
  }

  return {
    add(socket) {
      lanes.set(socket.id, { socket, group: null, missed: null, waiting: null, blockedSince: 0, taken: 0 });
    },
    remove(socket) {
      const lane = laneOf(socket);
      if (!lane) return;
      leave(lane);
      behind.delete(lane);
      lanes.delete(socket.id);
    },
    watch(socket, symbols) {
      const lane = laneOf(socket);
      if (!lane) return;
      leave(lane);
      if (symbols.size > 0) join(lane, symbols);
    },
    watched: (socket) => laneOf(socket)?.group?.symbols ?? NOTHING,
    snapshot(socket, symbols) {
      const lane = laneOf(socket);
      if (!lane) return;
      miss(lane, symbols);
      catchUp(lane);
    },
    offer(socket, event) {
      const lane = laneOf(socket);
      if (!lane) return;
      lane.waiting ??= new Map();
      lane.waiting.set(event.event, event);
      behind.add(lane);
    },
    flush(socket) {
      const lane = laneOf(socket);
      if (lane && behind.has(lane)) catchUp(lane);
    },
    publish(quotes) {
      const touched = new Set<WatchGroup>();
      for (const quote of quotes) {
        const watchers = groupsBySymbol.get(quote.symbol);
        if (!watchers) continue;
        for (const group of watchers) {
          group.changed.push(quote);
          touched.add(group);
        }
      }
      let sent = 0;
      for (const group of touched) {
        sent += sendGroup(group);
        group.changed = [];
      }
      countQuotes(sent);
    },
    symbols: () => groupsBySymbol.keys(),
    tick() {
      for (const lane of behind) catchUp(lane);
    },
    sweep,
  };
}
