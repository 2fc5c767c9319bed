/** @jest-environment node */
import { describe, expect, jest, test } from '@jest/globals';
import { createKeyedStore, SINGLE } from '../../../dashboard/src/stores/keyed.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { PORTFOLIO, quoteOf } from '../support/fixtures.ts';
import { manualFrames } from '../support/frames.ts';
import { manualTimers } from '../support/timers.ts';

describe('frames', () => {
  test('a thousand quotes and portfolios are one frame and one change of each store', () => {
    const { frame, requested, pass } = manualFrames();
    const timers = manualTimers();
    const quotes = createKeyedStore<QuotePayload>({ subject: ({ symbol }) => symbol, frame, timers });
    const portfolio = createKeyedStore<PortfolioPayload>({ subject: () => SINGLE, frame, timers });
    const seen = { quotes: 0, portfolio: 0 };
    quotes.subscribe(() => {
      seen.quotes += 1;
    });
    portfolio.subscribe(() => {
      seen.portfolio += 1;
    });
    for (let tick = 1; tick <= 1_000; tick += 1) {
      quotes.push(quoteOf(tick % 2 ? 'AAPL' : 'MSFT', { price: tick }));
      portfolio.push({ ...PORTFOLIO, totalValue: tick });
    }
    expect(requested).toHaveLength(1);
    expect(seen).toEqual({ quotes: 0, portfolio: 0 });
    pass();
    expect(seen).toEqual({ quotes: 1, portfolio: 1 });
    expect(quotes.getState().bySubject.MSFT?.price).toBe(1_000);
    expect(quotes.getState().bySubject.AAPL?.price).toBe(999);
    expect(portfolio.getState().bySubject[SINGLE]?.totalValue).toBe(1_000);
  });

  test('what is asked for during a frame comes in the next one', () => {
    const { frame, requested, pass } = manualFrames();
    const again = jest.fn();
    frame.schedule(() => frame.schedule(again));
    pass();
    expect(again).not.toHaveBeenCalled();
    expect(requested).toHaveLength(1);
    pass();
    expect(again).toHaveBeenCalledTimes(1);
  });
});
