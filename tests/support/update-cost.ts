/** Prints the CPU time of an update of 500 positions that all move, microseconds. Not in Jest, whose globals are slow. */

import { symbolNames } from '../../rig/symbols.ts';
import { portfolioToPayload } from '../../src/domain/trading/portfolio.ts';
import { createPortfolioReader } from '../../src/realtime/features/portfolio-reader.ts';
import { socketIoDialect } from '../../src/realtime/socketio/dialect.ts';
import { accountOf, NOON, positionOf, quoteOf, TODAY } from './trading.ts';

const ROUNDS = 10;
const UPDATES = 50;

const symbols = symbolNames('L', 500);
const holdings = {
  account: accountOf(),
  positions: symbols.map((symbol) => positionOf(symbol, 10, 900)),
  external: null,
};
const markets = [100.01, 100.02].map(
  (price) => new Map(symbols.map((symbol) => [symbol, quoteOf(symbol, { price })])),
);
const mark = (n: number) =>
  portfolioToPayload(holdings, (symbol) => markets[n % 2]?.get(symbol), NOON, TODAY);

const reader = createPortfolioReader();
reader.whole(mark(0));
const costs: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const before = process.cpuUsage();
  for (let n = 1; n <= UPDATES; n++) socketIoDialect.encode('portfolio:delta', reader.delta(mark(n)));
  const { user, system } = process.cpuUsage(before);
  costs.push((user + system) / UPDATES);
}
console.log(Math.min(...costs));
