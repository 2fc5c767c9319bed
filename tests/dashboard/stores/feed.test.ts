/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { createFeedStore } from '../../../dashboard/src/stores/feed.ts';
import { createKeyedStore } from '../../../dashboard/src/stores/keyed.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import { quoteOf } from '../support/fixtures.ts';
import { manualFrames } from '../support/frames.ts';
import { manualTimers } from '../support/timers.ts';

test('a stale or closed quote says nothing about where prices come from', () => {
  const { frame, pass } = manualFrames();
  const timers = manualTimers();
  const quotes = createKeyedStore<QuotePayload>({ subject: ({ symbol }) => symbol, frame, timers });
  const feed = createFeedStore({ api: { feedHealth: async () => null }, timers, quotes });
  quotes.push(quoteOf('AAPL', { state: 'replay' }));
  pass();
  const stop = feed.start();
  expect(feed.getState().source).toBe('replay');
  quotes.push(quoteOf('AAPL', { state: 'stale' }));
  pass();
  expect(feed.getState().source).toBe('replay');
  quotes.push(quoteOf('AAPL', { state: 'delayed' }));
  pass();
  expect(feed.getState().source).toBe('delayed');
  stop();
});

test('quotes notify nobody while their source stays', () => {
  const { frame, pass } = manualFrames();
  const timers = manualTimers();
  const quotes = createKeyedStore<QuotePayload>({ subject: ({ symbol }) => symbol, frame, timers });
  const feed = createFeedStore({ api: { feedHealth: () => new Promise(() => {}) }, timers, quotes });
  const stop = feed.start();
  const sources: (string | null)[] = [];
  feed.subscribe(({ source }) => sources.push(source));
  for (const price of [1, 2, 3]) {
    quotes.push(quoteOf('AAPL', { price }));
    pass();
  }
  expect(sources).toEqual(['simulated']);
  stop();
});
