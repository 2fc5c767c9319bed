import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import { type Clock, systemClock } from '../lib/clock.ts';
import { createMetrics, type Metrics } from '../metrics/index.ts';
import type { AppOverrides, PortWrappers } from './overrides.ts';

/** What all parts of one replica share. */
export interface Core {
  /** Name of this replica; no other has it. */
  readonly replica: string;
  readonly version: string;
  /** Milliseconds since epoch. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly wrap: PortWrappers;
  /** For lines that carry the name of a part. */
  log(part: string): Logger;
  /** True from the first moment of the shutdown. */
  isDraining(): boolean;
}

export function createCore(
  { log, clock = systemClock, wrap = {} }: AppOverrides,
  isDraining: () => boolean,
): Core {
  return {
    replica: `replica-${randomBytes(3).toString('hex')}`,
    version: packageJson.version,
    startedAt: clock.now(),
    clock,
    metrics: createMetrics(),
    wrap,
    log: (part) => log.child({ part }),
    isDraining,
  };
}

/** The port as a test or a drill wants it. */
export const wrapped = <Port>(port: Port, wrap: ((port: Port) => Port) | undefined): Port =>
  wrap?.(port) ?? port;
