import type { Database } from '../adapters/sql/database.ts';
import { createDeliveryLog } from '../adapters/stores/signals/deliveries.ts';
import { createSignalQuoteLog } from '../adapters/stores/signals/quotes.ts';
import { createSignalLog } from '../adapters/stores/signals/signals.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { BusLink } from '../domain/bus/link.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Demand } from '../domain/market/demand.ts';
import type { Quote } from '../domain/market/quote.ts';
import { isFresh } from '../domain/market/staleness.ts';
import type { Replicas } from '../domain/monitor/replicas.ts';
import { SETTLED_MS } from '../domain/signals/census.ts';
import type { DeliveryLog } from '../domain/signals/delivery/delivery-log.ts';
import { createDeliveryMeter, type DeliveryMeter } from '../domain/signals/delivery/delivery-meter.ts';
import { startDemoSource } from '../domain/signals/demo-source.ts';
import { createSignalIntake, type SignalIntake } from '../domain/signals/intake.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import { createSymbolCheck, type SymbolCheckParts } from '../domain/signals/symbol-check.ts';
import type { SignalQuoteLog } from '../domain/signals/track-record/quote-log.ts';
import { startQuoteRecorder } from '../domain/signals/track-record/quote-recorder.ts';
import { createTrackRecord, type TrackRecord } from '../domain/signals/track-record/track-record.ts';
import type { MarketView } from '../domain/trading/market-view.ts';
import type { Cancel } from '../lib/clock.ts';
import { isContract } from '../protocol/symbol.ts';
import { type Core, wrapped } from './core.ts';
import type { FeedFaces } from './feed.ts';
import type { MarketFaces } from './market.ts';
import type { Capability, Part } from './part.ts';

/** What sources outside suggest to trade: the way in, what is kept, and how far it was delivered. */
export interface SignalFaces {
  readonly signals: SignalIntake;
  readonly signalLog: SignalLog;
  readonly deliveryLog: DeliveryLog;
  readonly deliveryMeter: DeliveryMeter;
  readonly quoteLog: SignalQuoteLog;
  readonly trackRecord: TrackRecord;
}

export interface SignalsParts extends Omit<SymbolCheckParts, 'clock'> {
  readonly database: Database;
  /** Name of the feed, as FEED has it. */
  readonly feedSource: string;
  readonly bus: Bus;
  readonly link: Pick<BusLink, 'state'>;
  /** Built after this. */
  readonly replicas: () => Replicas;
}

export function createSignalsCapability(
  { replica, startedAt, clock, log, wrap, metrics }: Core,
  { database, feedSource, bus, link, replicas, ...directories }: SignalsParts,
): Capability<SignalFaces> {
  const signalLog = wrapped(createSignalLog(database), wrap.signalLog);
  const deliveryLog = createDeliveryLog(database);
  const quoteLog = createSignalQuoteLog(database, feedSource);
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
    tally: metrics.signals,
    clock,
    log: log('signals'),
  });
  let stop: Cancel = () => {};
  return {
    name: 'signals',
    faces: {
      signals: createSignalIntake({
        ...{ signalLog, bus, clock },
        checkSymbol: createSymbolCheck({ ...directories, clock }),
      }),
      signalLog,
      deliveryLog,
      deliveryMeter,
      quoteLog,
      trackRecord: createTrackRecord(quoteLog, clock),
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

export interface QuoteRecordingParts
  extends Pick<SignalFaces, 'quoteLog'>,
    Pick<FeedFaces, 'board' | 'demand'>,
    Pick<MarketFaces, 'discreet'> {
  readonly optionFeed: Pick<FeedFaces, 'board' | 'demand'>;
  readonly view: Pick<MarketView, 'fitness'>;
  readonly bus: Bus;
  readonly lease: Pick<EngineLease, 'current'>;
}

/** A follower could buy and sell at this quote. */
const hasBothSides =
  ({ fitness }: Pick<MarketView, 'fitness'>) =>
  (quote: Quote): boolean => {
    const { basis, buy, sell } = fitness(quote);
    return basis === 'quote' && buy !== null && sell !== null;
  };

/** Records what followers of signals could have traded at. */
export function createQuoteRecording({ clock, log }: Core, parts: QuoteRecordingParts): Part {
  const { quoteLog, board, demand, optionFeed, view, bus, lease } = parts;
  let cancel: Cancel = () => {};
  return {
    name: 'signal quotes',
    start() {
      cancel = startQuoteRecorder({
        quoteLog,
        markets: [
          { covers: (symbol) => !isContract(symbol), board, demand, fits: hasBothSides(view) },
          // Spreads of contracts are wide by nature.
          { covers: isContract, ...optionFeed, fits: (quote) => isFresh(quote, clock.now()) },
        ],
        questions: parts.discreet,
        bus,
        isEngine: () => lease.current() !== null,
        clock,
        log: log('signals'),
      });
    },
    stop: () => cancel(),
  };
}

/** The source of the simulated market, so that a first look finds signals. */
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
