import type { OpenConnection } from './account.ts';

/** Trades without end in every symbol that is subscribed, and a quote around each; each price is one tick of it. */
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
    const cents = FIRST_CENTS + sent.push(now) - 1;
    const p = cents / 100;
    const sides = { bp: (cents - 1) / 100, bs: 1_000, ap: (cents + 1) / 100, as: 1_000 };
    for (const { topics, login, isOpen, send } of connections) {
      if (!login || !isOpen()) continue;
      const symbolsOf = (channel: string): string[] =>
        [...topics].filter((topic) => topic.startsWith(channel)).map((topic) => topic.slice(channel.length));
      const quote = { ev: 'Q', bx: 11, ax: 11, ...sides, t: now, z: 3 };
      const trade = { ev: 'T', i: `${now}`, x: 11, p, s: 100, t: now, q: sent.length, z: 3 };
      const events = [
        ...symbolsOf('Q.').map((sym) => ({ ...quote, sym })),
        ...symbolsOf('T.').map((sym) => ({ ...trade, sym })),
      ];
      if (events.length > 0) send(events);
    }
  }, everyMs);
  return {
    sentAt: (price) => sent[Math.round(price * 100) - FIRST_CENTS],
    stop: () => clearInterval(timer),
  };
}
