import { Agent } from 'node:http';
import { accepted, ask as askForAnswer, type ClientSocket } from '../../rig/clients/ask.ts';
import { postHook } from '../../rig/clients/hooks.ts';
import { openSocket } from '../../rig/clients/stock-client.ts';
import type { SeededUser } from '../../rig/seed.ts';
import type { ClientEvent, CommandArgs } from '../../src/protocol/events.ts';

/** A stock client, not yet connected. */
export const openClient = (port: number, { sessionID, userId }: SeededUser): ClientSocket =>
  openSocket(`http://127.0.0.1:${port}`, { auth: { sessionID, userId } });

/** Emits a command and resolves with the content of the answer. Throws where it is a refusal. */
export const ask = async <E extends ClientEvent>(client: ClientSocket, event: E, ...args: CommandArgs<E>) =>
  accepted(await askForAnswer(client, event, ...args));

/** As a bot keeps its connections. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Signs and posts one hook; resolves when it is answered. Throws unless it was accepted. */
export async function sendHook(port: number, route: string, body: object): Promise<void> {
  const { status } = await postHook({ port, route, agent }, JSON.stringify(body));
  if (status !== 202) throw new Error(`${route} was answered with ${status}`);
}

let placed = 0;

/** Keeps `outstanding` market orders for one share under way, each client in turn; returns what ends that. */
export function startOrders(
  clients: readonly ClientSocket[],
  symbols: readonly string[],
  outstanding: number,
): () => Promise<void> {
  let running = true;
  const worker = async (): Promise<void> => {
    while (running) {
      placed += 1;
      await ask(clients[placed % clients.length]!, 'order:place', {
        clientOrderId: `bench-${placed}`,
        symbol: symbols[Math.floor(placed / clients.length) % symbols.length]!,
        side: 'buy',
        type: 'market',
        quantity: 1,
        timeInForce: 'gtc',
      });
    }
  };
  const workers = Promise.all(Array.from({ length: outstanding }, worker));
  return async () => {
    running = false;
    await workers;
  };
}
