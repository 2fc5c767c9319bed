/** What most would write: Socket.IO, a room per symbol, `io.to(room).emit`. No sessions, no limits, no conflation. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { serve } from '../../rig/processes/child.ts';
import { quoteToPayload } from '../../src/domain/market/quote.ts';
import { symbolRoom } from '../../src/protocol/rooms.ts';
import { type Pace, quoteOf, startUpdates } from '../support/quotes.ts';
import { cpuSeconds, settledMemory } from '../support/usage.ts';

const httpServer = createServer();
const io = new Server(httpServer, { serveClient: false, perMessageDeflate: false });
io.on('connection', (socket) => {
  socket.on('subscribe:watchlist', (symbols: string[], ack: () => void) => {
    socket.join(symbols.map(symbolRoom));
    ack();
  });
});

let volume = 0;
function update(symbol: string, price: number, dueAt: number): void {
  volume += 100;
  io.to(symbolRoom(symbol)).emit('quote:update', quoteToPayload(quoteOf(symbol, price, dueAt, volume)));
}

let stopUpdates = (): void => {};

const methods = {
  start: (): Promise<number> =>
    new Promise((resolve) => {
      httpServer.listen(0, '127.0.0.1', () => resolve((httpServer.address() as AddressInfo).port));
    }),
  updates(pace: Pace | null): void {
    stopUpdates();
    stopUpdates = pace ? startUpdates(pace, update) : () => {};
  },
  cpuSeconds,
  settledMemory,
};
export type PlainMethods = typeof methods;

serve(methods);
