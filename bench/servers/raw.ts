/**
 * The least that the same deliveries can cost with `ws`: no Socket.IO, no sessions, no limits, no care for slow
 * readers. Every tick each changed quote is encoded once, and each client gets its frames in one write.
 */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import * as ws from 'ws';
import { serve } from '../../rig/processes/child.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import { quoteToPayload } from '../../src/domain/market/quote.ts';
import { type Pace, quoteOf, startUpdates } from '../support/quotes.ts';
import { cpuSeconds } from '../support/usage.ts';

const TICK_MS = 50;
const FRAME = { readOnly: false, mask: false, rsv1: false, opcode: 1, fin: true };
const { frame } = (ws as unknown as { Sender: { frame(data: Buffer, options: typeof FRAME): Buffer[] } })
  .Sender;

interface Client {
  readonly socket: Socket;
  readonly frames: Buffer[];
}

const watchers = new Map<string, Client[]>();
const changed = new Map<string, Quote>();
const httpServer = createServer();
const server = new ws.WebSocketServer({ server: httpServer, perMessageDeflate: false });

server.on('connection', (connection, request) => {
  const client: Client = { socket: request.socket, frames: [] };
  connection.on('message', (data) => {
    const [, symbols] = JSON.parse(String(data).slice(3)) as [string, string[]];
    for (const symbol of symbols) {
      const list = watchers.get(symbol) ?? [];
      watchers.set(symbol, list);
      list.push(client);
    }
    connection.send('430[]');
  });
});

setInterval(() => {
  const touched = new Set<Client>();
  for (const quote of changed.values()) {
    const encoded = Buffer.concat(
      frame(Buffer.from(`42${JSON.stringify(['quote:update', quoteToPayload(quote)])}`), FRAME),
    );
    for (const client of watchers.get(quote.symbol) ?? []) {
      client.frames.push(encoded);
      touched.add(client);
    }
  }
  changed.clear();
  for (const { socket, frames } of touched) socket.write(Buffer.concat(frames.splice(0)));
}, TICK_MS);

let volume = 0;
let stopUpdates = (): void => {};

const methods = {
  start: (): Promise<number> =>
    new Promise((resolve) => {
      httpServer.listen(0, '127.0.0.1', () => resolve((httpServer.address() as AddressInfo).port));
    }),
  updates(pace: Pace | null): void {
    stopUpdates();
    if (!pace) return;
    stopUpdates = startUpdates(pace, (symbol, price, dueAt) => {
      volume += 100;
      changed.set(symbol, quoteOf(symbol, price, dueAt, volume));
    });
  },
  cpuSeconds,
};
export type RawMethods = typeof methods;

serve(methods);
