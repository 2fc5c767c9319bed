/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createKeyedStore, SINGLE } from '../../../dashboard/src/stores/keyed.ts';
import { keepPositions } from '../../../dashboard/src/stores/portfolio.ts';
import type { PortfolioPayload } from '../../../src/protocol/portfolio.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { PORTFOLIO, quoteOf } from '../support/fixtures.ts';
import { manualFrames } from '../support/frames.ts';
import { manualTimers } from '../support/timers.ts';

const subject = ({ symbol }: QuotePayload) => symbol;

test('subjects that did not change keep their object', () => {
  const { frame, pass } = manualFrames();
  const quotes = createKeyedStore<QuotePayload>({ subject, frame, timers: manualTimers() });
  quotes.push(quoteOf('AAPL'));
  quotes.push(quoteOf('MSFT'));
  pass();
  const before = quotes.getState().bySubject;
  quotes.push(quoteOf('MSFT', { price: 1 }));
  pass();
  expect(quotes.getState().bySubject.AAPL).toBe(before.AAPL);
  expect(quotes.getState().bySubject.MSFT).not.toBe(before.MSFT);
});

test('parts of a value that did not change keep their object where the topic says how', () => {
  const { frame, pass } = manualFrames();
  const portfolio = createKeyedStore<PortfolioPayload>({
    subject: () => SINGLE,
    keep: keepPositions,
    frame,
    timers: manualTimers(),
  });
  const positions = () => portfolio.getState().bySubject[SINGLE]?.positions;
  const [position] = PORTFOLIO.positions;
  const other = { ...position!, symbol: 'MSFT' };
  portfolio.push({ ...PORTFOLIO, positions: [position!, other] });
  pass();
  const before = positions();
  portfolio.push({ ...PORTFOLIO, positions: [{ ...position! }, { ...other, price: 1 }] });
  pass();
  expect(positions()?.[0]).toBe(before?.[0]);
  expect(positions()?.[1]).not.toBe(before?.[1]);
});

test('a failed request is remembered until the next value', () => {
  const { frame, pass } = manualFrames();
  const quotes = createKeyedStore<QuotePayload>({ subject, frame, timers: manualTimers() });
  quotes.fail('The server does not answer.');
  expect(quotes.getState().error).toBe('The server does not answer.');
  quotes.push(quoteOf('AAPL'));
  pass();
  expect(quotes.getState().error).toBeNull();
});

test('a forgotten subject goes with the next frame, unless a value comes first; a failure stays told', () => {
  const { frame, pass } = manualFrames();
  const quotes = createKeyedStore<QuotePayload>({ subject, frame, timers: manualTimers() });
  for (const symbol of ['AAPL', 'MSFT', 'NVDA']) quotes.push(quoteOf(symbol));
  pass();
  quotes.fail('The server does not answer.');
  quotes.push(quoteOf('NVDA', { price: 1 }));
  quotes.forget(['MSFT', 'NVDA']);
  pass();
  expect(Object.keys(quotes.getState().bySubject)).toEqual(['AAPL']);
  expect(quotes.getState().error).toBe('The server does not answer.');
  quotes.forget(['AAPL']);
  quotes.push(quoteOf('AAPL', { price: 2 }));
  pass();
  expect(quotes.getState().bySubject.AAPL?.price).toBe(2);
});
