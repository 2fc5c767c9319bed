/** @jest-environment node */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createSignalsStore, type SignalsStore } from '../../../dashboard/src/stores/signals.ts';
import { MAX_SIGNALS_PAGE } from '../../../src/protocol/limits.ts';
import type { SignalPayload } from '../../../src/protocol/signals.ts';
import { isOpen, listSignals, type SignalDesk, signalOf } from '../support/signals.ts';

const PAGE = MAX_SIGNALS_PAGE;
let server: SignalDesk;
let store: SignalsStore;
let now: number;

beforeEach(() => {
  now = 0;
  server = { tier: 'STARTER', sent: [] };
  store = createSignalsStore('STARTER', () => now);
});

const list = (query: Record<string, string> = {}): SignalPayload[] =>
  listSignals(server, { query: new URLSearchParams({ limit: String(PAGE), ...query }) }).signals;
/** The server accepts so many; a page that is connected has them pushed. */
function accept(count: number, { pushed = true, premium = false } = {}): void {
  for (let made = 0; made < count; made++) {
    const seq = server.sent.filter((one) => one.premium === premium).length + 1;
    const timestamp = new Date(Date.UTC(2026, 10, 20) + server.sent.length).toISOString();
    const signal = signalOf({ id: `${premium ? 'p' : 'f'}${seq}`, seq, premium, timestamp });
    server.sent.push(signal);
    if (pushed && isOpen(server, signal.stream)) store.push(signal);
  }
}
const answer = () => {
  store.answer({ newest: list(), premium: [] }, now);
  now += 1;
};
const more = () => {
  const before = store.getState().olderFrom!;
  store.makeRoom();
  store.addOlder(list({ before }));
};
const ids = () => store.getState().signals.map(({ id }) => id);
/** What the server has, newest first. */
const all = () => server.sent.filter(({ stream }) => isOpen(server, stream)).map(({ id }) => id);
const newest = (count: number) => all().reverse().slice(0, count);

/** A list that calls itself complete is, and another begins with the newest and has no gap. */
function expectUnbroken(): void {
  expect(ids()).toEqual(newest(ids().length));
  if (store.getState().olderFrom === null) expect(ids()).toHaveLength(all().length);
}
/** Every older one can be had by the button. */
function expectWhole(): void {
  for (let press = 0; store.getState().olderFrom !== null && press < 20; press++) more();
  expect(ids()).toEqual(newest(all().length));
}

describe('the list of signals has no gap', () => {
  test('where all are loaded and twenty more come', () => {
    accept(304, { pushed: false });
    answer();
    more();
    expect(store.getState().olderFrom).toBeNull();
    accept(20);
    expectUnbroken();
    answer();
    expectUnbroken();
    expectWhole();
  });

  test('where more come than a reader of older ones asked for: the oldest go, and can be had again', () => {
    accept(304, { pushed: false });
    answer();
    more();
    accept(2 * PAGE);
    expect(ids()).toHaveLength(2 * PAGE);
    expect(store.getState().olderFrom).not.toBeNull();
    expectUnbroken();
    answer();
    expectUnbroken();
    expectWhole();
  });

  test('where a short list gets a burst: the older ones are a button away at once', () => {
    accept(50, { pushed: false });
    answer();
    expect(store.getState().olderFrom).toBeNull();
    accept(PAGE + 60);
    expect(ids()).toHaveLength(PAGE);
    expect(store.getState().olderFrom).not.toBeNull();
    expectWhole();
  });

  test('where a burst comes while older ones are on their way', () => {
    accept(PAGE + 50, { pushed: false });
    answer();
    const before = store.getState().olderFrom!;
    store.makeRoom();
    accept(100);
    store.addOlder(list({ before }));
    expectUnbroken();
    expectWhole();
  });

  test('where a reader of older ones missed more than a page: the list begins anew', () => {
    accept(304, { pushed: false });
    answer();
    more();
    accept(PAGE + 100, { pushed: false });
    answer();
    expect(ids()).toEqual(newest(PAGE));
    expectWhole();
  });

  test('where premium signals go with the tier', () => {
    server.tier = 'PROFESSIONAL';
    store.setTier('PROFESSIONAL');
    accept(PAGE, { pushed: false });
    accept(PAGE, { pushed: false, premium: true });
    store.answer({ newest: list(), premium: list({ premiumOnly: 'true' }) }, now);
    more();
    server.tier = 'STARTER';
    store.setTier('STARTER');
    expect(ids().every((id) => id.startsWith('f'))).toBe(true);
    answer();
    expectUnbroken();
    expectWhole();
  });
});
