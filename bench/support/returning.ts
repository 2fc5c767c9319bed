/** Clients that come back by themselves as stock ones do, in a process of their own. */

import { RECONNECT, reconnectDelay, SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';
import { openWire, type WireClient } from '../../rig/clients/wire-client.ts';
import { createHistogram } from '../../rig/histogram.ts';
import { serve } from '../../rig/processes/child.ts';

export interface ReturningClient {
  readonly sessionID: string;
  readonly symbols: readonly string[];
}

export interface OpenRequest {
  /** Each attempt goes to one of them by chance, as behind a front. */
  readonly ports: readonly number[];
  readonly clients: readonly ReturningClient[];
}

export interface Standing {
  readonly clients: number;
  /** Connected, with all three subscriptions confirmed. */
  readonly back: number;
  /** Milliseconds from `since` to being back. */
  readonly p50: number;
  readonly last: number;
  readonly attempts: number;
  /** How far the others are. */
  readonly phases: Readonly<Record<string, number>>;
  /** Handshakes and subscriptions that were refused since `since`, how often by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Clients whose journal could not be resumed. */
  readonly notRecovered: number;
  /** Events of the journal that came since the start. */
  readonly events: number;
  /** Events that came twice or left out one. */
  readonly misplaced: number;
}

/** First connections being made at a time. */
const CONCURRENCY = 100;
const SUBSCRIPTIONS = 3;

interface Client {
  readonly spec: ReturningClient;
  wire: WireClient | null;
  phase: 'waiting' | 'opening' | 'signing in' | 'subscribing';
  failures: number;
  /** Ids of the subscriptions that are confirmed on this connection. */
  readonly confirmed: Set<number>;
  backAt: number;
  epoch: string | null;
  seq: number;
  onBack: () => void;
}

interface Ack {
  readonly ok: boolean;
  readonly code?: string;
  readonly retryAfterMs?: number;
  readonly epoch?: string;
  readonly head?: number;
  readonly recovered?: boolean;
}
interface Refusal {
  readonly data: { readonly code: string; readonly retryable: boolean; readonly retryAfterMs?: number };
}

let ports: readonly number[] = [];
let since = 0;
let attempts = 0;
let notRecovered = 0;
let events = 0;
let misplaced = 0;
let refused: Record<string, number> = {};
const clients: Client[] = [];

const note = (code: string): void => {
  refused[code] = (refused[code] ?? 0) + 1;
};

function subscription(client: Client, id: number): string {
  const { epoch, seq, spec } = client;
  if (id === 0) return `420${JSON.stringify(['subscribe:watchlist', spec.symbols])}`;
  if (id === 1) return '421["subscribe:portfolio"]';
  return `422${JSON.stringify(['subscribe:trades', ...(epoch === null ? [] : [{ epoch, after: seq }])])}`;
}

function onAck(client: Client, wire: WireClient, id: number, ack: Ack): void {
  if (!ack.ok) {
    note(ack.code ?? 'no code');
    setTimeout(
      () => wire === client.wire && wire.send(subscription(client, id)),
      ack.retryAfterMs ?? RECONNECT.firstMs,
    );
    return;
  }
  if (ack.epoch !== undefined) {
    if (client.epoch !== null && !ack.recovered) notRecovered += 1;
    if (client.epoch === null) client.seq = ack.head ?? 0;
    client.epoch = ack.epoch;
  }
  client.confirmed.add(id);
  if (client.confirmed.size < SUBSCRIPTIONS) return;
  client.backAt = Date.now();
  client.onBack();
}

function onRefusal(client: Client, wire: WireClient, { data }: Refusal): void {
  note(data.code);
  if (!data.retryable) return;
  setTimeout(() => wire === client.wire && greet(client, wire), data.retryAfterMs ?? RECONNECT.firstMs);
}

function greet(client: Client, wire: WireClient): void {
  client.phase = 'signing in';
  wire.send(`40${JSON.stringify({ sessionID: client.spec.sessionID })}`);
}

function onEvent(client: Client, text: string): void {
  if (!text.startsWith('42["trade:executed"')) return;
  const [, { seq }] = JSON.parse(text.slice(2)) as [string, { seq: number }];
  events += 1;
  if (seq !== client.seq + 1) misplaced += 1;
  client.seq = seq;
}

function connect(client: Client): void {
  attempts += 1;
  client.phase = 'opening';
  let opened: WireClient | null = null;
  openWire({
    port: ports[Math.floor(Math.random() * ports.length)]!,
    path: SOCKET_IO_PATH,
    upgradeTimeoutMs: RECONNECT.attemptMs,
    onClose: () => {
      if (client.wire === opened) client.wire = null;
      client.confirmed.clear();
      client.phase = 'waiting';
      setTimeout(() => connect(client), reconnectDelay(client.failures));
      client.failures += 1;
    },
    onFrame: (wire) => {
      opened = wire;
      client.wire = wire;
      return (data, start, end) => {
        const text = (length: number): string =>
          data.toString('latin1', start, Math.min(end, start + length));
        const all = (from: number): never => JSON.parse(data.toString('utf8', start + from, end)) as never;
        const head = text(2);
        if (head[0] === '0') greet(client, wire);
        else if (head[0] === '2') wire.send('3');
        else if (head === '42') {
          if (text(5) === '42["t') onEvent(client, data.toString('utf8', start, end));
        } else if (head === '43') {
          const [ack] = all(3) as [Ack];
          onAck(client, wire, Number(text(3)[2]), ack);
        } else if (head === '44') onRefusal(client, wire, all(2));
        else if (head === '40') {
          client.failures = 0;
          client.phase = 'subscribing';
          for (let id = 0; id < SUBSCRIPTIONS; id++) wire.send(subscription(client, id));
        }
      };
    },
  }).catch(() => {
    // `onClose` has it tried again.
  });
}

const methods = {
  /** Resolves when all are connected and subscribed for the first time. */
  async open(request: OpenRequest): Promise<void> {
    ports = request.ports;
    const todo = [...request.clients];
    const worker = async (): Promise<void> => {
      for (let spec = todo.shift(); spec; spec = todo.shift()) {
        const client: Client = {
          spec,
          wire: null,
          phase: 'waiting',
          failures: 0,
          confirmed: new Set(),
          backAt: 0,
          epoch: null,
          seq: 0,
          onBack: () => {},
        };
        clients.push(client);
        await new Promise<void>((resolve) => {
          client.onBack = resolve;
          connect(client);
        });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  },
  /** Counts from this moment on, milliseconds since epoch. */
  countFrom(moment: number): void {
    [since, attempts, notRecovered, refused] = [moment, 0, 0, {}];
  },
  standing(): Standing {
    const times = createHistogram();
    const isBack = ({ confirmed, backAt }: Client): boolean =>
      confirmed.size === SUBSCRIPTIONS && backAt >= since;
    const back = clients.filter(isBack);
    const phases: Record<string, number> = {};
    for (const client of clients) {
      if (isBack(client)) continue;
      const missing = [0, 1, 2].filter((id) => !client.confirmed.has(id)).join();
      const phase = client.phase === 'subscribing' ? `${client.phase} to ${missing}` : client.phase;
      phases[phase] = (phases[phase] ?? 0) + 1;
    }
    let last = 0;
    for (const { backAt } of back) {
      // The histogram ends at ten seconds: it counts in hundredths of what passed.
      times.record((backAt - since) / 100);
      last = Math.max(last, backAt - since);
    }
    return {
      clients: clients.length,
      back: back.length,
      p50: times.at(0.5) * 100,
      last,
      attempts,
      phases,
      refused,
      notRecovered,
      events,
      misplaced,
    };
  },
};
export type ReturningMethods = typeof methods;

serve(methods);
