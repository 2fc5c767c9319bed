import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { io } from 'socket.io-client';
import { accepted, ask as askForAnswer, type ClientSocket } from '../../rig/clients/ask.ts';
import type { SeededUser } from '../../rig/seed.ts';
import type { ClientEvent, CommandArgs } from '../../src/protocol/events.ts';
import { HOOK_SECRET } from './service.ts';

/** A stock client, not yet connected. */
export const openClient = (port: number, { sessionID, userId }: SeededUser): ClientSocket =>
  io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { sessionID, userId },
  });

export const connected = (client: ClientSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });

/** Emits and resolves with the content of the answer. Throws where it is a refusal. */
export const ask = async <E extends ClientEvent>(client: ClientSocket, event: E, ...args: CommandArgs<E>) =>
  accepted(await askForAnswer(client, event, ...args));

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
