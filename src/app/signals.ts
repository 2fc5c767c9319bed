import type { Database } from '../adapters/sql/database.ts';
import { createDeliveryLog } from '../adapters/stores/signals/deliveries.ts';
import { createSignalLog } from '../adapters/stores/signals/signals.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { BusLink } from '../domain/bus/link.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Demand } from '../domain/market/demand.ts';
import type { Replicas } from '../domain/monitor/replicas.ts';
import { SETTLED_MS } from '../domain/signals/census.ts';
import type { DeliveryLog } from '../domain/signals/delivery/delivery-log.ts';
import { createDeliveryMeter, type DeliveryMeter } from '../domain/signals/delivery/delivery-meter.ts';
import { startDemoSource } from '../domain/signals/demo-source.ts';
import { createSignalIntake, type SignalIntake } from '../domain/signals/intake.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import type { Cancel } from '../lib/clock.ts';
import { type Core, wrapped } from './core.ts';
import type { MarketFaces } from './market.ts';
import type { Capability, Part } from './part.ts';

/** What sources outside suggest to trade: the way in, what is kept, and how far it was delivered. */
export interface SignalFaces {
  readonly signals: SignalIntake;
  readonly signalLog: SignalLog;
  readonly deliveryLog: DeliveryLog;
  readonly deliveryMeter: DeliveryMeter;
}

export interface SignalsParts {
  readonly database: Database;
  readonly bus: Bus;
  readonly link: Pick<BusLink, 'state'>;
  /** Built after this. */
  readonly replicas: () => Replicas;
}

export function createSignalsCapability(
  { replica, startedAt, clock, log, wrap }: Core,
  { database, bus, link, replicas }: SignalsParts,
): Capability<SignalFaces> {
  const signalLog = wrapped(createSignalLog(database), wrap.signalLog);
  const deliveryLog = createDeliveryLog(database);
  const deliveryMeter = createDeliveryMeter({
    replica,
    deliveryLog,
    replicas: () => ({
      // One that drains has left, or writes its part before it does.
      known: replicas()
        .all()
        .flatMap(({ status, state }) => (state === 'draining' ? [] : [status.replica])),
      isExact: link.state() === 'off' || (link.state() === 'ok' && clock.now() - startedAt >= SETTLED_MS),
    }),
    clock,
    log: log('signals'),
  });
  let stop: Cancel = () => {};
  return {
    name: 'signals',
    faces: {
      signals: createSignalIntake({ signalLog, bus, clock }),
      signalLog,
      deliveryLog,
      deliveryMeter,
    },
    start() {
      stop = deliveryMeter.start();
    },
    stop() {
      stop();
      return deliveryMeter.finish();
    },
  };
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
