import type { FeedSink, FeedStatus, FeedTerms, MarketFeed } from '../../domain/market/feed.ts';
import type { MarketHours } from '../../domain/market/market-hours.ts';
import { createBackoff } from '../../lib/backoff.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createBackfill } from './backfill.ts';
import { type Connection, type ConnectionEnd, createConnection, NOT_THE_ENGINE } from './connection.ts';
import type { RawEvent } from './events.ts';
import { createFrameReader } from './frames.ts';
import { createRecorder } from './recorder.ts';
import { createMassiveRest } from './rest.ts';

export interface MassiveFeedOptions {
  readonly apiKey: string;
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells a quiet market from a dead feed. */
  readonly hours: MarketHours;
  /** Where to append what comes from upstream, in the format of the replay. */
  readonly recordFile?: string | null;
}

const RECONNECT_BASE_MS = 500;
/** However long upstream was away, quotes are back within ten seconds of its return: one connection asks no more often. */
const RECONNECT_CAP_MS = 8_000;
/** Upstream lets a connection in and throws it out a moment later: only one that lived counts as a success. */
const STABLE_AFTER_MS = 10_000;

const ANY_TIME: FeedTerms = { notBefore: 0, mayConnect: () => true };

/** Massive stocks over its WebSocket, with REST for what the stream does not tell. */
export function createMassiveFeed(options: MassiveFeedOptions): MarketFeed {
  const { clock, log } = options;
  let status: FeedStatus = { state: 'down' };
  let symbols: ReadonlySet<string> = new Set();
  let life: { want(symbols: ReadonlySet<string>): void; end(): Promise<void> } | null = null;

  function begin(sink: FeedSink, { notBefore, mayConnect }: FeedTerms) {
    const backoff = createBackoff({ baseMs: RECONNECT_BASE_MS, capMs: RECONNECT_CAP_MS });
    const recorder = options.recordFile ? createRecorder(options.recordFile, log) : null;
    const rest = createMassiveRest(options);
    const flowing = new Set<string>();
    let connection: Connection | null = null;
    let cancelTimer: Cancel = () => {};
    let ticks = 0;
    let over = false;

    const tell = (next: FeedStatus): void => {
      status = next;
      if (!over) sink.status(next);
    };
    const counted =
      <T>(deliver: (tick: T) => void) =>
      (tick: T): void => {
        ticks += 1;
        deliver(tick);
      };
    const reader = createFrameReader(
      {
        trade: counted(sink.trade),
        nbbo: counted(sink.nbbo),
        bar: counted(sink.bar),
        day: sink.day,
        dropped: sink.dropped,
      },
      (event) => connection?.takeStatus(event),
    );
    const take = (event: RawEvent): void => {
      recorder?.write(event);
      reader.take(event, clock.now());
    };
    const readFrame = (text: string): boolean => {
      const before = ticks;
      const frame = reader.parse(text);
      if (Array.isArray(frame)) for (const event of frame) take(event);
      else if (frame !== undefined) take(frame as RawEvent);
      return ticks > before;
    };
    const backfill = createBackfill({
      rest,
      clock,
      log,
      onSnapshot: take,
      onCandles: sink.candles,
    });

    const connect = (): void => {
      if (!mayConnect()) {
        onConnectionEnd({ kind: 'retry', detail: NOT_THE_ENGINE });
        return;
      }
      tell({ state: 'connecting' });
      connection = createConnection({
        ...options,
        mayLogIn: mayConnect,
        onFrame: readFrame,
        onOversize: () => sink.dropped(1),
        onLoggedIn() {
          cancelTimer = clock.after(STABLE_AFTER_MS, backoff.reset);
        },
        onStatus: tell,
        onFlow(symbol, isFlowing) {
          if (isFlowing) flowing.add(symbol);
          else flowing.delete(symbol);
          sink.confirmed(symbol, isFlowing);
          if (isFlowing && symbols.has(symbol)) backfill.add(symbol);
        },
        onEnd: onConnectionEnd,
      });
      connection.want(symbols);
    };

    const onConnectionEnd = ({ kind, detail }: ConnectionEnd): void => {
      cancelTimer();
      connection = null;
      for (const symbol of flowing) sink.confirmed(symbol, false);
      flowing.clear();
      if (kind === 'retry') {
        const delay = backoff.next();
        log.warn({ detail, delay }, 'the upstream connection ended; trying again');
        tell({ state: 'down', detail });
        cancelTimer = clock.after(delay, connect);
        return;
      }
      log.error({ detail }, 'upstream will not serve us');
      tell({ state: 'refused', detail, ...(kind === 'lost' ? { lost: true } : {}) });
    };

    const waitMs = notBefore - clock.now();
    if (waitMs > 0) {
      const time = new Date(notBefore).toISOString().slice(11, 19);
      tell({
        state: 'connecting',
        detail: `Another service uses this key, upstream allows one connection: waiting until ${time} UTC before asking again.`,
      });
      cancelTimer = clock.after(waitMs, connect);
    } else {
      connect();
    }

    return {
      want: (wanted: ReadonlySet<string>) => connection?.want(wanted),
      async end() {
        over = true;
        cancelTimer();
        connection?.close();
        backfill.stop();
        rest.stop();
        await recorder?.close();
      },
    };
  }

  return {
    source: 'massive',
    origin: 'market',
    start(sink, terms = ANY_TIME) {
      life ??= begin(sink, terms);
    },
    async stop() {
      const ending = life;
      life = null;
      await ending?.end();
      status = { state: 'down' };
    },
    setSymbols(wanted) {
      const unchanged = wanted.size === symbols.size && [...wanted].every((symbol) => symbols.has(symbol));
      if (unchanged) return;
      symbols = new Set(wanted);
      life?.want(symbols);
    },
    status: () => status,
  };
}
