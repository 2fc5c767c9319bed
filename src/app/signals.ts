import type { Database } from '../adapters/sql/database.ts';
import { createSignalLog } from '../adapters/stores/signals/signals.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Demand } from '../domain/market/demand.ts';
import { startDemoSource } from '../domain/signals/demo-source.ts';
import { createSignalIntake, type SignalIntake } from '../domain/signals/intake.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import type { Cancel } from '../lib/clock.ts';
import { type Core, wrapped } from './core.ts';
import type { MarketFaces } from './market.ts';
import type { Part } from './part.ts';

/** What sources outside suggest to trade: the way in, and what is kept. */
export interface SignalFaces {
  readonly signals: SignalIntake;
  readonly signalLog: SignalLog;
}

export function createSignalFaces({ clock, wrap }: Core, database: Database, bus: Bus): SignalFaces {
  const signalLog = wrapped(createSignalLog(database), wrap.signalLog);
  return { signals: createSignalIntake({ signalLog, bus, clock }), signalLog };
}

export interface DemoSignalsParts extends Pick<SignalFaces, 'signals'>, Pick<MarketFaces, 'featured'> {
  /** Only the simulated market has signals of its own. */
  readonly isSimulated: boolean;
  readonly candles: Pick<MarketFaces['candles'], 'candles'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly lease: Pick<EngineLease, 'current'>;
}

/** The source `demo`, so that a first look finds signals. */
export function createDemoSignals({ clock, log }: Core, parts: DemoSignalsParts): Part {
  const { signals, featured, candles, demand, lease, isSimulated } = parts;
  let cancel: Cancel = () => {};
  return {
    name: 'demo signals',
    start() {
      if (!isSimulated) return;
      cancel = startDemoSource({
        signals,
        symbols: featured,
        want: (symbols) => demand.set('demo signals', symbols),
        minutes: candles.candles,
        isEngine: () => lease.current() !== null,
        clock,
        log: log('signals'),
      });
    },
    stop: () => cancel(),
  };
}
