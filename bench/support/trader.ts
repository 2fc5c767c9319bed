import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import type { SeededUser } from '../../rig/seed.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../src/protocol/events.ts';
import { HOOK_SECRET } from './service.ts';

export type Client = Socket<ServerToClientEvents, ClientToServerEvents>;

/** A stock client, not yet connected. */
export const openClient = (port: number, { sessionID, userId }: SeededUser): Client =>
  io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { sessionID, userId },
  });

export const connected = (client: Client): Promise<void> =>
  new Promise((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });

/** Emits and resolves with the answer. Throws where it is a refusal. */
export async function ask<T>(
  client: Client,
  event: keyof ClientToServerEvents,
  ...args: unknown[]
): Promise<T> {
  const answer = (await (client as unknown as Socket).timeout(10_000).emitWithAck(event, ...args)) as {
    ok: boolean;
    message?: string;
  };
  if (!answer.ok) throw new Error(`${event}: ${answer.message}`);
  return answer as T;
}

/** As a bot keeps its connections. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Signs and posts one hook; resolves when it is answered. Throws unless it was taken. */
export function postHook(port: number, route: string, body: object): Promise<void> {
  const text = JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', HOOK_SECRET).update(`${timestamp}.${text}`).digest('hex');
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        path: route,
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          'x-tradecast-timestamp': timestamp,
          'x-tradecast-signature': `v1=${signature}`,
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => {
          if (response.statusCode === 202) resolve();
          else reject(new Error(`${route} was answered with ${response.statusCode}`));
        });
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}

/** The body of `POST /hooks/trades` for a trade that was made elsewhere. */
export const tradeHook = (userId: string, id: string): object => ({
  eventId: id,
  userId,
  type: 'executed',
  trade: { id, symbol: 'AAPL', side: 'buy', quantity: 10, price: 187.25 },
});
