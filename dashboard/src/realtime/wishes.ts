import type { ClientEvent } from '../../../src/protocol/events.ts';
import { toSymbol } from '../lib/symbols.ts';
import type { Subscriptions } from './subscriptions.ts';
import { KEYED_NAMES, KEYED_TOPICS } from './topics.ts';

export type Wishes = Partial<Record<ClientEvent, (body: unknown) => void>>;

/** `['aapl']`, `{symbols: ['aapl']}` → `['AAPL']`. */
function subjectsOf(body: unknown): string[] {
  const list = Array.isArray(body) ? body : Object.values(body ?? {})[0];
  return Array.isArray(list) ? list.map((subject) => toSymbol(String(subject))) : [];
}

/**
 * A component that emits `subscribe:…` on every mount, as simple ones do, asks the server only once: those events
 * are wishes, counted once and renewed after each reconnect until the matching `unsubscribe:…`.
 */
export function createWishes(subscriptions: Subscriptions): Wishes {
  const kept = new Map<string, () => void>();
  const keep = (key: string, want: () => () => void) => {
    if (!kept.has(key)) kept.set(key, want());
  };
  const release = (key: string) => {
    kept.get(key)?.();
    kept.delete(key);
  };

  const wishes: Wishes = {
    'subscribe:portfolio': () => keep('portfolio', () => subscriptions.channel('portfolio')),
    'unsubscribe:portfolio': () => release('portfolio'),
    // The event lane keeps this channel, with its place in the journal.
    'subscribe:trades': () => {},
    'unsubscribe:trades': () => {},
    // The lane of signals knows where the reader stands in each stream.
    'subscribe:signals': () => keep('signals', () => subscriptions.channel('signals')),
    'unsubscribe:signals': () => release('signals'),
    'subscribe:darkpool': () => keep('darkpool', () => subscriptions.channel('darkpool')),
    'unsubscribe:darkpool': () => release('darkpool'),
  };
  for (const name of KEYED_NAMES) {
    const { subscribe, unsubscribe } = KEYED_TOPICS[name];
    wishes[subscribe] = (body) => {
      for (const subject of subjectsOf(body))
        keep(`${name} ${subject}`, () => subscriptions.subjects(name, [subject]));
    };
    wishes[unsubscribe] = (body) => {
      for (const subject of subjectsOf(body)) release(`${name} ${subject}`);
    };
  }
  return wishes;
}
