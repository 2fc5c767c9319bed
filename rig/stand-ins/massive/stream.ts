import type { OpenConnection } from './account.ts';

/** Trades without end in every symbol that is subscribed; each price is one tick of it. */
export interface StandInStream {
  /** When this price was sent, milliseconds since epoch; undefined for a price that never was. */
  sentAt(price: number): number | undefined;
  stop(): void;
}

const FIRST_CENTS = 10_000;

/** Sends to every connection that is logged in, from now on. */
export function startStream(connections: readonly OpenConnection[], everyMs: number): StandInStream {
  const sent: number[] = [];
  const timer = setInterval(() => {
    const now = Date.now();
    const p = (FIRST_CENTS + sent.push(now) - 1) / 100;
    for (const { topics, login, isOpen, send } of connections) {
      if (!login || !isOpen()) continue;
      const symbols = [...topics].filter((topic) => topic.startsWith('T.')).map((topic) => topic.slice(2));
      const trade = { ev: 'T', i: `${now}`, x: 11, p, s: 100, t: now, q: sent.length, z: 3 };
      if (symbols.length > 0) send(symbols.map((sym) => ({ ...trade, sym })));
    }
  }, everyMs);
  return {
    sentAt: (price) => sent[Math.round(price * 100) - FIRST_CENTS],
    stop: () => clearInterval(timer),
  };
}
