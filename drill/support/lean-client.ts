import { RECONNECT, reconnectDelay, SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';
import { openWire, type WireClient } from '../../rig/clients/wire-client.ts';
import { JOURNAL_EVENTS } from '../../src/protocol/events.ts';
import type { DrillClient, DrillClientParts } from './client.ts';
import type { ClientSpec } from './follower.ts';
import type { QuoteSeen } from './quote-watch.ts';

const ASK_AGAIN_MS = 1_000;
/** Acknowledgement ids of the two subscriptions. */
const TRADES_ACK = '431';
const QUOTE = '42["quote:update",';
const NOTHING: ReadonlyMap<string, QuoteSeen> = new Map();
const JOURNAL_NAMES: ReadonlySet<string> = new Set(JOURNAL_EVENTS);

/** The same wire without the library: a thousand of them leave the machine to the service. */
export function openLeanClient(spec: ClientSpec, parts: DrillClientParts): DrillClient {
  const { follower, port, onRefused } = parts;
  let session: LeanSession | null = null;
  let closed = false;
  let attempt = 0;

  function connect(): void {
    openWire({
      port: port(),
      path: SOCKET_IO_PATH,
      upgradeTimeoutMs: RECONNECT.mostMs,
      onFrame: (wire) => {
        const opened = startSession(spec, parts, wire, () => {
          attempt = 0;
        });
        session = opened;
        return (data, start, end) => opened.receive(data.toString('utf8', start, end));
      },
      onClose() {
        if (session?.isConnected()) follower.disconnected();
        else if (!closed) onRefused('the attempt ended without an answer');
        session?.end();
        session = null;
        retry();
      },
      // `onClose` is called as well.
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
    isConnected: () => session?.isConnected() ?? false,
    close() {
      closed = true;
      session?.wire.close();
    },
  };
}

/** One connection, from its upgrade to its end. */
interface LeanSession {
  readonly wire: WireClient;
  receive(text: string): void;
  isConnected(): boolean;
  /** The connection is gone. */
  end(): void;
}

function startSession(
  spec: ClientSpec,
  { follower, quotes, onQuote, onRefused }: DrillClientParts,
  wire: WireClient,
  onConnected: () => void,
): LeanSession {
  let connected = false;
  let replica = '';

  function subscribe(): void {
    const position = follower.resumeFrom();
    wire.send(`421${JSON.stringify(position ? ['subscribe:trades', position] : ['subscribe:trades'])}`);
  }

  function begin(): void {
    connected = true;
    onConnected();
    if (spec.symbols.length > 0) wire.send(`42["subscribe:watchlist",${JSON.stringify(spec.symbols)}]`);
    subscribe();
  }

  function refused(text: string): void {
    onRefused(JSON.parse(text.slice(2)).data?.code ?? 'unknown');
    wire.close();
  }

  function receiveAnswer(text: string): void {
    const [{ ok, code, retryAfterMs = ASK_AGAIN_MS }] = JSON.parse(text.slice(TRADES_ACK.length));
    if (ok) return;
    onRefused(`subscription ${code}`);
    setTimeout(() => connected && subscribe(), retryAfterMs);
  }

  function receiveEvent(text: string): void {
    const [event, payload] = JSON.parse(text.slice(2));
    if (JOURNAL_NAMES.has(event)) follower.received(payload);
    else if (event === 'subscription:confirmed') {
      if (payload.type === 'trades') follower.confirmed(payload);
    } else if (event === 'connected') {
      replica = payload.replica;
      follower.connectedTo(replica);
    }
  }

  return {
    wire,
    isConnected: () => connected,
    end() {
      connected = false;
    },
    receive(text) {
      if (text.startsWith(QUOTE)) onQuote(quotes.arrived(quoteIn(text)), replica);
      else if (text === '2') wire.send('3');
      else if (text.startsWith('42')) receiveEvent(text);
      else if (text.startsWith(TRADES_ACK)) receiveAnswer(text);
      else if (text.startsWith('40')) begin();
      else if (text.startsWith('0'))
        wire.send(`40${JSON.stringify({ sessionID: spec.sessionID, userId: spec.userId })}`);
      // Refused, or sent away: the next attempt may find another replica.
      else if (text.startsWith('44')) refused(text);
      else if (text.startsWith('41')) wire.close();
    },
  };
}

const quoteIn = (text: string): QuoteSeen => ({
  symbol: field(text, '"symbol":"'),
  timestamp: field(text, '"timestamp":"'),
  state: field(text, '"state":"'),
});

/** The text after `name` up to the next quotation mark; these values hold none. */
function field(text: string, name: string): string {
  const start = text.indexOf(name) + name.length;
  return text.slice(start, text.indexOf('"', start));
}
