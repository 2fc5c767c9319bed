import type { DarkpoolDay, DarkpoolPayload, SentimentRow } from '../../../src/protocol/darkpool.ts';

export const totalsOf = (symbol: string, part: Partial<DarkpoolPayload> = {}): DarkpoolPayload => ({
  symbol,
  bullish: 600_000.25,
  bearish: 400_000,
  unknown: 200_000,
  prints: 42,
  lastUpdated: '2026-11-20T15:00:00.000Z',
  state: 'simulated',
  ...part,
});

export const rowOf = ({ symbol, bullish, bearish, unknown, lastUpdated }: DarkpoolPayload): SentimentRow => ({
  ticker: symbol,
  bullish_amount: bullish.toFixed(2),
  bearish_amount: bearish.toFixed(2),
  unknown_amount: unknown.toFixed(2),
  last_updated: lastUpdated,
});

/** Two minutes at 10:00 in New York. */
export const dayOf = (symbol: string, part: Partial<DarkpoolDay> = {}): DarkpoolDay => ({
  symbol,
  day: '2026-11-20',
  minutes: [
    {
      time: Date.parse('2026-11-20T15:00:00.000Z') / 1_000,
      bullish: 600_000,
      bearish: 1,
      unknown: 0,
      prints: 40,
    },
    {
      time: Date.parse('2026-11-20T15:01:00.000Z') / 1_000,
      bullish: 0.25,
      bearish: 399_999,
      unknown: 200_000,
      prints: 1,
    },
  ],
  gaps: [],
  followedSince: null,
  summedSince: null,
  interruptedSince: null,
  largest: [
    {
      timestamp: '2026-11-20T15:00:30.000Z',
      price: 231.4225,
      size: 2_500,
      notional: 578_556.25,
      side: 'bullish',
      trf: 202,
    },
  ],
  late: { prints: 0, notional: 0 },
  scope: { symbols: 'watched', quoted: 0, shedTrades: 0, shedAt: null },
  ...part,
});
