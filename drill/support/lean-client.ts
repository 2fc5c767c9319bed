import { RECONNECT, reconnectDelay, SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';
import { openWire, type WireClient } from '../../rig/clients/wire-client.ts';
import { JOURNAL_EVENTS } from '../../src/protocol/events.ts';
import type { DrillClient, DrillClientParts } from './client.ts';
import type { ClientSpec } from './follower.ts';
import type { QuoteSeen } from './quote-watch.ts';

const ASK_AGAIN_MS = 1_000;
/** Acknowledgement ids of the two subscriptions. */
const TRADES_ACK = '431';
const JOURNAL_NAMES: ReadonlySet<string> = new Set(JOURNAL_EVENTS);
const QUOTE = '42["quote:update",';
const NOTHING: ReadonlyMap<string, QuoteSeen> = new Map();

/** The same wire without the library: a thousand of them leave the machine to the service. */
export function openLeanClient(
  spec: ClientSpec,
  { follower, quotes, port, onQuote, onRefused }: DrillClientParts,
): DrillClient {
  let replica = '';
  let closed = false;
  let attempt = 0;
  let wire: WireClient | null = null;
  let connected = false;

  const symbols = JSON.stringify(spec.symbols);
  const subscribe = (to: WireClient): void => {
    const position = follower.resumeFrom();
    to.send(`421${JSON.stringify(position ? ['subscribe:trades', position] : ['subscribe:trades'])}`);
  };

  function hear(to: WireClient, text: string): void {
    if (text.startsWith(QUOTE)) hearQuote(text);
    else if (text === '2') to.send('3');
    else if (text.startsWith('42')) hearEvent(text);
    else if (text.startsWith(TRADES_ACK)) hearAnswer(to, text);
    else if (text.startsWith('40')) begin(to);
    else if (text.startsWith('0')) {
      to.send(`40${JSON.stringify({ sessionID: spec.sessionID, userId: spec.userId })}`);
    }
    // Refused, or told to go: the next attempt may find another replica.
    else if (text.startsWith('44')) {
      onRefused(JSON.parse(text.slice(2)).data?.code ?? 'unknown');
      to.close();
    } else if (text.startsWith('41')) to.close();
  }

  function begin(to: WireClient): void {
    connected = true;
    attempt = 0;
    if (spec.symbols.length > 0) to.send(`42["subscribe:watchlist",${symbols}]`);
    subscribe(to);
  }

  function hearAnswer(to: WireClient, text: string): void {
    const [{ ok, code, retryAfterMs = ASK_AGAIN_MS }] = JSON.parse(text.slice(TRADES_ACK.length));
    if (ok) return;
    onRefused(`subscription ${code}`);
    setTimeout(() => to === wire && connected && subscribe(to), retryAfterMs);
  }

  function hearEvent(text: string): void {
    const [event, payload] = JSON.parse(text.slice(2));
    if (JOURNAL_NAMES.has(event)) follower.heard(payload);
    else if (event === 'subscription:confirmed' && payload.type === 'trades') follower.confirmed(payload);
    else if (event === 'connected') {
      replica = payload.replica;
      follower.connectedTo(replica);
    }
  }

  function hearQuote(text: string): void {
    const symbol = field(text, '"symbol":"');
    const quote = { symbol, timestamp: field(text, '"timestamp":"'), state: field(text, '"state":"') };
    onQuote(quotes.arrived(quote), replica);
  }

  function connect(): void {
    openWire({
      port: port(),
      path: SOCKET_IO_PATH,
      upgradeTimeoutMs: RECONNECT.mostMs,
      onFrame: (opened) => {
        wire = opened;
        return (data, start, end) => hear(opened, data.toString('utf8', start, end));
      },
      onClose() {
        if (connected) follower.disconnected();
        else if (!closed) onRefused('the attempt ended without an answer');
        connected = false;
        retry();
      },
      // Told by `onClose` as well.
    }).catch(() => {});
  }

  function retry(): void {
    if (closed) return;
    setTimeout(() => {
      if (!closed) connect();
    }, reconnectDelay(attempt));
    attempt += 1;
  }

  connect();
  return {
    spec,
    follower,
    screen: NOTHING,
    isConnected: () => connected,
    close() {
      closed = true;
      wire?.close();
    },
  };
}

/** The text after `name` up to the next quotation mark; these values hold none. */
function field(text: string, name: string): string {
  const start = text.indexOf(name) + name.length;
  return text.slice(start, text.indexOf('"', start));
}
