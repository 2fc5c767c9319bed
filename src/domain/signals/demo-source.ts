import { createHash } from 'node:crypto';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { decimal, round, toNumber } from '../../lib/decimal.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { MAX_SIGNAL_AGE_SECONDS } from '../../protocol/limits.ts';
import { DEMO_SOURCE } from '../../protocol/signal-sources.ts';
import { type SignalBody, signalSchema } from '../../protocol/signals.ts';
import { type Cross, crossesOf, LONG, type MinuteClose, SHORT } from './averages.ts';
import type { SignalIntake } from './intake.ts';

/** A cross shows within this of the end of its minute. */
const LOOK_INTERVAL_MS = 5_000;
const MINUTE_MS = 60_000;
/** A suggestion of a minute is worth nothing after so long. */
const VALID_MS = 30 * MINUTE_MS;

export interface DemoSourceParts {
  readonly signals: SignalIntake;
  /** Symbols of this market. */
  readonly symbols: () => Promise<readonly string[]>;
  /** Asks the feed for them. */
  readonly want: (symbols: readonly string[]) => void;
  /** Minutes of the current day, oldest first. */
  readonly minutes: (symbol: string) => Promise<readonly MinuteClose[]>;
  /** Of several replicas one sends. */
  readonly isEngine: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A source for the simulated market: it says buy where the average of five minutes crosses that of twenty upwards, and sell
 * where it crosses downwards. The signals of every second symbol are premium. A restart or another engine repeats nothing:
 * the minute is part of the id.
 */
export function startDemoSource(parts: DemoSourceParts): Cancel {
  const { signals, isEngine, clock, log } = parts;
  const sent = new Set<string>();
  let looking = false;
  let stopped = false;

  async function send(body: SignalBody): Promise<void> {
    if (sent.has(body.id) || stopped) return;
    try {
      await signals.accept({ body, digest: createHash('sha256').update(JSON.stringify(body)).digest('hex') });
    } catch (error) {
      // A former engine sent this cross, from a price that was a trade older.
      if (!(error instanceof TradecastError && error.code === 'CONFLICT')) throw error;
    }
    sent.add(body.id);
  }

  async function look(): Promise<void> {
    const symbols = await parts.symbols();
    parts.want(symbols);
    const now = clock.now();
    const oldest = now - MAX_SIGNAL_AGE_SECONDS * 1_000;
    for (const [index, symbol] of symbols.entries()) {
      const minutes = (await parts.minutes(symbol)).filter(({ start }) => start + MINUTE_MS <= now);
      for (const cross of crossesOf(minutes))
        if (cross.minute.start + MINUTE_MS > oldest) await send(toBody(symbol, cross, index % 2 === 1));
    }
  }

  const cancel = clock.every(LOOK_INTERVAL_MS, () => {
    if (looking || !isEngine()) return;
    looking = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, 'the demo source could not send its signals'))
      .finally(() => {
        looking = false;
      });
  });
  return () => {
    stopped = true;
    cancel();
  };
}

function toBody(symbol: string, { minute, direction }: Cross, premium: boolean): SignalBody {
  const end = minute.start + MINUTE_MS;
  const isUp = direction === 'up';
  const away = (percent: number): number =>
    toNumber(
      round(
        decimal(minute.close)
          .times(100 + (isUp ? percent : -percent))
          .div(100),
      ),
    );
  return signalSchema.parse({
    id: `average-${symbol}-${new Date(end).toISOString()}`,
    symbol,
    action: isUp ? 'buy' : 'sell',
    price: toNumber(round(decimal(minute.close))),
    stopPrice: away(-1),
    targetPrice: away(2),
    premium,
    source: DEMO_SOURCE,
    author: 'Demo',
    text: `Demo on the simulated market: the average of ${SHORT} minutes crossed that of ${LONG} ${isUp ? 'upwards' : 'downwards'}.`,
    timestamp: new Date(end).toISOString(),
    expiresAt: new Date(end + VALID_MS).toISOString(),
  });
}
