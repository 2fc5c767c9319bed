import type { Logger } from 'pino';
import type { Bus } from '../domain/bus/bus.ts';
import type { BusLine } from '../domain/bus/line.ts';
import type { Journal } from '../domain/journal/journal.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import type { Broker } from '../domain/trading/broker.ts';
import type { Ledger } from '../domain/trading/ledger.ts';
import type { MarketView } from '../domain/trading/market-view.ts';
import type { Clock } from '../lib/clock.ts';
import type { StallWatch } from '../lib/stall-watch.ts';
import type { MarketSource } from './feeds.ts';

/**
 * Stand between the service and one of its ports: a test or a drill loses, changes, delays or observes the calls
 * there. Each receives the port as it was built and answers with the one that the service uses.
 */
export interface PortWrappers {
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly journal?: (journal: Journal) => Journal;
  readonly broker?: (broker: Broker) => Broker;
  readonly signalLog?: (log: SignalLog) => SignalLog;
  /** The bus of this replica: what it publishes and receives, over whatever line. */
  readonly bus?: (bus: Bus) => Bus;
  /** Each line to other replicas; one process alone has none. */
  readonly line?: (line: BusLine) => BusLine;
  readonly stallWatch?: (watch: StallWatch) => StallWatch;
}

/** The only seam of tests and drills. */
export interface AppOverrides {
  readonly log: Logger;
  readonly clock?: Clock;
  /** Replaces the feed and its directory of instruments. */
  readonly marketSource?: MarketSource;
  /** Replaces the paper broker. */
  readonly broker?: (market: MarketView) => Broker;
  readonly wrap?: PortWrappers;
}
