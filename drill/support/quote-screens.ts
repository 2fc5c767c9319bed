import { io, type Socket } from 'socket.io-client';
import type { QuotePayload } from '../../src/protocol/quotes.ts';
import type { Rig } from './rig.ts';

export interface Shown extends QuotePayload {
  /** Place of the replica that sent it. */
  readonly place: number;
  /** Arrival, milliseconds since epoch. */
  readonly at: number;
}

/** A stock client at every replica that writes down each quote it receives. */
export interface QuoteScreens {
  readonly shown: readonly Shown[];
  /**
   * The first quote that `fits` of each symbol at each replica arrived by then, milliseconds since epoch; infinity
   * where one has not.
   */
  allHave(fits: (quote: Shown) => boolean): number;
  close(): void;
}

/** A replica that restarts is found again at once: what is measured is the way from upstream. */
const RECONNECT_MS = 100;

/** Resolves when every screen has every symbol. */
export async function openQuoteScreens({ slots, users, symbols }: Rig): Promise<QuoteScreens> {
  const shown: Shown[] = [];
  const sockets = slots.map(({ port, index: place }): Socket => {
    const { sessionID, userId } = users[place]!;
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: RECONNECT_MS,
      auth: { sessionID, userId },
    });
    socket.on('connect', () => socket.emit('subscribe:watchlist', symbols));
    socket.on('quote:update', (quote: QuotePayload) => shown.push({ ...quote, place, at: Date.now() }));
    return socket;
  });
  return {
    shown,
    allHave(fits) {
      const first = new Map<string, number>();
      for (const quote of shown) {
        const key = `${quote.place} ${quote.symbol}`;
        if (!first.has(key) && fits(quote)) first.set(key, quote.at);
      }
      const all = first.size === slots.length * symbols.length;
      return all ? Math.max(...first.values()) : Number.POSITIVE_INFINITY;
    },
    close() {
      for (const socket of sockets) socket.disconnect();
    },
  };
}
