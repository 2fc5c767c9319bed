import { WebSocket } from 'ws';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import type { MarketSource } from '../../src/app/feeds.ts';
import type { FeedSink } from '../../src/domain/market/feed.ts';
import { REGULAR_SALE } from '../../src/domain/market/trade-effects.ts';

/** What the upstream of the drills lets in. */
export const UPSTREAM_KEY = 'the key of the drills';
const RECONNECT_MS = 500;

interface UncheckedEvent {
  readonly ev?: string;
  readonly sym: string;
  readonly p: number;
  readonly s: number;
  readonly t: number;
  readonly bp: number;
  readonly ap: number;
}

/** A feed as one writes it on the first day: it believes every frame, and takes silence for a quiet market. */
export function createUncheckedSource({
  url,
  symbols,
}: {
  readonly url: string;
  readonly symbols: readonly string[];
}): MarketSource {
  let socket: WebSocket | null = null;
  let trades = 0;

  function connect(sink: FeedSink): void {
    const opened = new WebSocket(url);
    socket = opened;
    opened.on('open', () => {
      opened.send(JSON.stringify({ action: 'auth', params: UPSTREAM_KEY }));
      const topics = symbols.flatMap((symbol) => [`T.${symbol}`, `Q.${symbol}`]);
      opened.send(JSON.stringify({ action: 'subscribe', params: topics.join() }));
    });
    opened.on('message', (data) => {
      try {
        for (const event of JSON.parse(String(data)) as UncheckedEvent[]) pass(sink, event);
      } catch {
        // Even this feed notices what is no list at all.
      }
    });
    opened.on('error', () => {});
    opened.on('close', () => {
      setTimeout(() => socket === opened && connect(sink), RECONNECT_MS);
    });
  }

  function pass(sink: FeedSink, { ev, sym, p, s, t, bp, ap }: UncheckedEvent): void {
    const stamp = { symbol: sym, sourceTime: t, receivedAt: Date.now() };
    if (ev === 'Q') sink.nbbo({ ...stamp, bid: bp, ask: ap, bidSize: 1, askSize: 1 });
    if (ev !== 'T') return;
    trades += 1;
    const unique = { tradeId: String(trades), sequence: trades };
    const lit = { decimalSize: '', participantTime: t, exchange: 10, trf: 0, effects: REGULAR_SALE };
    sink.trade({ ...stamp, ...unique, ...lit, price: p, size: s });
  }

  return {
    ...createScriptedMarket(symbols),
    feed: {
      source: 'massive',
      origin: 'market',
      start(sink) {
        sink.status({ state: 'live' });
        for (const symbol of symbols) sink.confirmed(symbol, true);
        connect(sink);
      },
      async stop() {
        const ending = socket;
        socket = null;
        ending?.terminate();
      },
      setSymbols() {},
      status: () => ({ state: 'live' }),
    },
  };
}
