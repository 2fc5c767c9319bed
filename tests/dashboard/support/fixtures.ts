import type { UserPayload } from '../../../src/protocol/accounts.ts';
import type { JournalEntryPayload } from '../../../src/protocol/events.ts';
import type {
  CandlePayload,
  HistoryPayload,
  InstrumentPayload,
  MarketStatusPayload,
} from '../../../src/protocol/market.ts';
import type { OrderPayload } from '../../../src/protocol/orders.ts';
import type { PortfolioPayload, PositionAdjustedPayload } from '../../../src/protocol/portfolio.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { TradeExecutedPayload } from '../../../src/protocol/trades.ts';

export const USER: UserPayload = {
  id: 'u1',
  username: 'ada',
  name: 'Ada Lovelace',
  role: 'member',
  tier: 'STARTER',
};

const PRICES: Record<string, readonly [price: number, previousClose: number]> = {
  AAPL: [231.42, 229.1],
  MSFT: [418.05, 421.3],
  TSLA: [248.5, 248.5],
  NVDA: [131.26, 128.9],
  SIRI: [0.8125, 0.79],
};

export function quoteOf(symbol: string, part: Partial<QuotePayload> = {}): QuotePayload {
  const [price, previousClose] = PRICES[symbol] ?? [50, 49];
  const now = part.price ?? price;
  const close = 'previousClose' in part ? part.previousClose : previousClose;
  const change = close === undefined ? 0 : now - close;
  return {
    symbol,
    price: now,
    change: Math.round(change * 1e4) / 1e4,
    changePercent: close === undefined ? 0 : Math.round((change / close) * 1e6) / 1e4,
    volume: 12_345_678,
    timestamp: new Date().toISOString(),
    bid: Math.round((now - 0.01) * 1e4) / 1e4,
    ask: Math.round((now + 0.01) * 1e4) / 1e4,
    open: previousClose,
    high: Math.max(now, previousClose),
    low: Math.min(now, previousClose),
    previousClose,
    state: 'simulated',
    ...part,
  };
}

export const PORTFOLIO: PortfolioPayload = {
  totalValue: 104_210.55,
  cash: 81_068.55,
  equity: 23_142,
  positions: [
    {
      symbol: 'AAPL',
      quantity: 100,
      averagePrice: 220.25,
      price: 231.42,
      marketValue: 23_142,
      unrealizedPnl: 1_117,
      unrealizedPnlPercent: 5.07,
      dayChange: 232,
      priced: true,
    },
  ],
  dayChange: 232,
  dayChangePercent: 0.22,
  timestamp: '2026-11-20T15:00:00.000Z',
  source: 'paper',
  buyingPower: 78_568.55,
  realizedPnl: 93.55,
};

export const ORDER: OrderPayload = {
  id: 'o1',
  clientOrderId: 'c1',
  symbol: 'MSFT',
  side: 'buy',
  type: 'limit',
  quantity: 6,
  limitPrice: 400,
  timeInForce: 'gtc',
  filledQuantity: 0,
  status: 'working',
  createdAt: '2026-11-20T14:58:00.000Z',
  updatedAt: '2026-11-20T14:58:00.000Z',
};

export const MARKET_OPEN: MarketStatusPayload = {
  isOpen: true,
  nextOpen: null,
  nextClose: '2026-11-20T21:00:00.000Z',
  timestamp: '2026-11-20T15:00:00.000Z',
  session: 'regular',
};

export const NAMES: readonly InstrumentPayload[] = [
  { symbol: 'AAPL', name: 'Apple Inc.' },
  { symbol: 'AMZN', name: 'Amazon.com, Inc.' },
  { symbol: 'MSFT', name: 'Microsoft Corporation' },
  { symbol: 'NVDA', name: 'NVIDIA Corporation' },
  { symbol: 'SIRI', name: 'Sirius XM Holdings Inc.' },
  { symbol: 'TSLA', name: 'Tesla, Inc.' },
];

const FIRST_MINUTE = Math.floor(Date.now() / 60_000) * 60 - 59 * 60;
export const BARS: readonly CandlePayload[] = Array.from({ length: 60 }, (_, minute) => {
  const open = 229 + Math.sin(minute / 7) * 1.4 + minute * 0.03;
  const close = open + Math.cos(minute / 3) * 0.3;
  return {
    time: FIRST_MINUTE + minute * 60,
    open,
    high: Math.max(open, close) + 0.12,
    low: Math.min(open, close) - 0.1,
    close,
    volume: 1_000 + minute,
  };
});

/** What the history answers: the minutes of a range, whatever size of bars is asked for. */
export function historyOf(symbol: string, query: URLSearchParams): HistoryPayload {
  const from = query.get('from') ?? '';
  const first = from.includes('-') ? Date.parse(from) : Number(from);
  return {
    symbol,
    timespan: 'minute',
    multiplier: 1,
    adjusted: true,
    bars: BARS.filter(({ time }) => time * 1_000 >= first),
    truncated: false,
    state: 'simulated',
  };
}

export const executed = (
  seq: number,
  part: Partial<TradeExecutedPayload> = {},
  epoch = 'e1',
): JournalEntryPayload => ({
  event: 'trade:executed',
  payload: {
    id: `t${seq}`,
    symbol: 'AAPL',
    side: 'buy',
    quantity: seq,
    price: 230.5,
    status: 'filled',
    timestamp: new Date().toISOString(),
    source: 'dashboard',
    ...part,
    epoch,
    seq,
  },
});

export const failed = (
  seq: number,
  epoch = 'e1',
): Extract<JournalEntryPayload, { event: 'trade:failed' }> => ({
  event: 'trade:failed',
  payload: {
    error: 'Insufficient funds',
    message: 'Insufficient funds',
    code: 'INSUFFICIENT_FUNDS',
    signal: { symbol: 'TSLA', side: 'buy', quantity: 500 },
    timestamp: new Date().toISOString(),
    source: 'hook',
    epoch,
    seq,
  },
});

export const adjusted = (
  seq: number,
  part: Partial<PositionAdjustedPayload> = {},
  epoch = 'e1',
): JournalEntryPayload => ({
  event: 'position:adjusted',
  payload: {
    symbol: 'GONE',
    reason: 'operator',
    quantityBefore: 100,
    quantityAfter: 0,
    cash: 35,
    reference: `close-${seq}`,
    timestamp: new Date().toISOString(),
    ...part,
    epoch,
    seq,
  },
});
