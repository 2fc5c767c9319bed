import { createPaperBroker } from '../adapters/paper/broker.ts';
import type { Database } from '../adapters/sql/database.ts';
import { createKnownPrices } from '../adapters/stores/trading/known-prices.ts';
import { createLedger } from '../adapters/stores/trading/ledger.ts';
import type { Bus } from '../domain/bus/bus.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Broker } from '../domain/trading/broker.ts';
import { createTrading } from '../domain/trading/create-trading.ts';
import { createExecutor, type Executor } from '../domain/trading/execution/executor.ts';
import { createPriceKeeper, type PriceKeeper } from '../domain/trading/known-prices.ts';
import type { Ledger } from '../domain/trading/ledger.ts';
import { withQuoteFirst } from '../domain/trading/quote-first.ts';
import type { RiskLimits } from '../domain/trading/risk-limits.ts';
import { createSplitKeeper, type SplitKeeper } from '../domain/trading/split-keeper.ts';
import { followTradedSymbols } from '../domain/trading/traded-symbols.ts';
import type { Trading } from '../domain/trading/trading.ts';
import { createScope } from '../lib/scope.ts';
import { type Core, wrapped } from './core.ts';
import type { MarketFaces } from './market.ts';
import type { AppOverrides } from './overrides.ts';
import type { Capability } from './part.ts';

/** Orders and portfolios on every replica, and their execution on the engine. */
export interface TradingFaces {
  readonly ledger: Ledger;
  readonly trading: Trading;
  readonly executor: Executor;
  readonly prices: PriceKeeper;
  readonly splitKeeper: Pick<SplitKeeper, 'unknown'>;
}

export interface TradingParts {
  readonly limits: RiskLimits;
  readonly database: Database;
  readonly bus: Bus;
  readonly lease: EngineLease;
  readonly market: MarketFaces;
  readonly broker: AppOverrides['broker'];
}

export function createTradingCapability(core: Core, parts: TradingParts): Capability<TradingFaces> {
  const { clock, log, wrap } = core;
  const { bus, lease, market } = parts;
  const { demand } = market;
  const ledger = wrapped(createLedger(parts.database), wrap.ledger);
  const splits = createSplitKeeper({
    ...{ ledger, lease, bus, clock, log: log('trading'), market: market.market, calendar: market.splits },
    ...{ source: market.feedSource, isRecording: market.origin === 'replay' },
  });
  const broker = wrapped(parts.broker?.(market.view) ?? paperBroker(core, market, splits), wrap.broker);
  const executor = createExecutor({
    ...{ lease, ledger, broker, bus, clock, log: log('executor') },
    adjustments: splits,
  });
  const prices = createPriceKeeper({
    store: createKnownPrices(parts.database),
    ...{ ledger, lease, clock, quote: market.view.quote, log: log('trading') },
  });
  const following = createScope();

  return {
    name: 'trading',
    faces: {
      ...{ ledger, executor, prices, splitKeeper: splits },
      trading: createCountedTrading(core, parts, ledger),
    },
    async start() {
      splits.start();
      executor.start();
      prices.start();
      // Before the market can start: demand for what is held has to precede the first quote.
      following.add(await followTradedSymbols({ ledger, lease, demand, clock, log: log('market') }));
    },
    async stop() {
      following.end();
      await prices.stop();
      splits.stop();
      await executor.stop();
      broker.stop();
    },
  };
}

function paperBroker({ clock }: Core, { view, board, market }: MarketFaces, splits: SplitKeeper): Broker {
  return createPaperBroker({
    // Orders of before a split would meet prices of after it.
    market: { ...view, isOpen: (symbol) => view.isOpen(symbol) && splits.follows(symbol) },
    clock,
    onPrices: market.onPrice,
    onQuotes(listener) {
      const listening = createScope();
      listening.add(
        board.onChange((quotes) => listener(quotes.map(({ symbol }) => symbol))),
        splits.onFollowed(listener),
      );
      return listening.end;
    },
  });
}

function createCountedTrading(core: Core, parts: TradingParts, ledger: Ledger): Trading {
  const { clock, log, metrics } = core;
  const { bus, limits, market } = parts;
  const trading = withQuoteFirst(
    createTrading({ ledger, market: market.view, bus, clock, log: log('trading'), limits }),
    { ...market, clock },
  );
  return {
    ...trading,
    async place(command) {
      return metrics.trading.countOrder(trading.place(command));
    },
  };
}
