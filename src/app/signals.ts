import type { Database } from '../adapters/sql/database.ts';
import { createSignalLog } from '../adapters/stores/signals/signals.ts';
import type { Bus } from '../domain/bus/bus.ts';
import { createSignalIntake, type SignalIntake } from '../domain/signals/intake.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import { type Core, wrapped } from './core.ts';

/** What sources outside suggest to trade: the way in, and what is kept. */
export interface SignalFaces {
  readonly signals: SignalIntake;
  readonly signalLog: SignalLog;
}

export function createSignalFaces({ clock, wrap }: Core, database: Database, bus: Bus): SignalFaces {
  const signalLog = wrapped(createSignalLog(database), wrap.signalLog);
  return { signals: createSignalIntake({ signalLog, bus, clock }), signalLog };
}
