/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { createQuotesStore } from '../../../dashboard/src/stores/quotes.ts';
import { quoteOf } from '../support/fixtures.ts';
import { manualFrames } from '../support/frames.ts';
import { manualTimers } from '../support/timers.ts';

describe('quotes', () => {
  test('symbols that did not change keep their object', () => {
    const { frame, pass } = manualFrames();
    const quotes = createQuotesStore({ frame, timers: manualTimers() });
    quotes.push(quoteOf('AAPL'));
    quotes.push(quoteOf('MSFT'));
    pass();
    const before = quotes.getState().bySymbol;
    quotes.push(quoteOf('MSFT', { price: 1 }));
    pass();
    expect(quotes.getState().bySymbol.AAPL).toBe(before.AAPL);
    expect(quotes.getState().bySymbol.MSFT).not.toBe(before.MSFT);
  });

  test('a stale or closed quote says nothing about where prices come from', () => {
    const { frame, pass } = manualFrames();
    const quotes = createQuotesStore({ frame, timers: manualTimers() });
    quotes.push(quoteOf('AAPL', { state: 'replay' }));
    pass();
    quotes.push(quoteOf('AAPL', { state: 'stale' }));
    pass();
    expect(quotes.getState().source).toBe('replay');
  });
});
