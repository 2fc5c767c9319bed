import { io, type Socket } from 'socket.io-client';
import { RECONNECT, reconnectDelay } from '../../rig/clients/reconnect.ts';
import { JOURNAL_EVENTS } from '../../src/protocol/events.ts';
import type { DrillClient, DrillClientParts } from './client.ts';
import type { ClientSpec } from './follower.ts';
import type { QuoteSeen } from './quote-watch.ts';

/** A refused subscription is repeated after this where the answer does not say. */
const ASK_AGAIN_MS = 1_000;

interface SubscribeAnswer {
  readonly ok: boolean;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

/** socket.io-client as a browser has it. */
export function openStockClient(
  spec: ClientSpec,
  { follower, quotes, port, onQuote, onRefused }: DrillClientParts,
): DrillClient {
  const screen = new Map<string, QuoteSeen>();
  let replica = '';
  let closed = false;
  let attempt = 0;
  let socket = connect();

  function connect(): Socket {
    const opened = io(`http://127.0.0.1:${port()}`, {
      transports: ['websocket'],
      forceNew: true,
      // The port may be another one each time, so the retry is here; its delays are the library's.
      reconnection: false,
      timeout: RECONNECT.mostMs,
      auth: { sessionID: spec.sessionID, userId: spec.userId },
    });
    opened.on('connect', () => {
      attempt = 0;
      if (spec.symbols.length > 0) opened.emit('subscribe:watchlist', spec.symbols);
      subscribe(opened);
    });
    opened.on('connect_error', (error: Error & { data?: { code?: string } }) => {
      onRefused(error.data?.code ?? 'the attempt ended without an answer');
      retry(opened);
    });
    opened.on('disconnect', () => {
      follower.disconnected();
      screen.clear();
      retry(opened);
    });
    opened.on('connected', (hello: { replica: string }) => {
      replica = hello.replica;
      follower.connectedTo(replica);
    });
    opened.on('subscription:confirmed', (confirmation) => {
      if (confirmation.type === 'trades') follower.confirmed(confirmation);
    });
    for (const event of JOURNAL_EVENTS) opened.on(event, follower.received);
    opened.on('quote:update', (quote: QuoteSeen) => {
      screen.set(quote.symbol, quote);
      onQuote(quotes.arrived(quote), replica);
    });
    return opened;
  }

  function subscribe(opened: Socket): void {
    const position = follower.resumeFrom();
    const answer = ({ ok, code, retryAfterMs = ASK_AGAIN_MS }: SubscribeAnswer): void => {
      if (ok) return;
      onRefused(`subscription ${code}`);
      setTimeout(() => opened.connected && subscribe(opened), retryAfterMs);
    };
    if (position) opened.emit('subscribe:trades', position, answer);
    else opened.emit('subscribe:trades', answer);
  }

  function retry(ended: Socket): void {
    if (closed || ended !== socket) return;
    setTimeout(() => {
      if (!closed) socket = connect();
    }, reconnectDelay(attempt));
    attempt += 1;
  }

  return {
    spec,
    follower,
    screen,
    isConnected: () => socket.connected,
    close() {
      closed = true;
      socket.disconnect();
    },
  };
}
