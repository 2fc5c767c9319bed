import type { InstrumentDirectory } from '../../domain/market/instruments.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

export declare function createMassiveInstruments(options: {
  apiKey: string;
  restUrl: string;
  clock: Clock;
  log: Log;
}): InstrumentDirectory;
