/**
 * Upstream as the facts about market data describe it, misbehaviour included: the WebSockets of Massive's stocks and
 * options, and its REST.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { goodBehaviour, type StandInBehaviour } from './account.ts';
import { openCluster, type StandInCluster } from './cluster.ts';
import { type StandInStream, startStream } from './stream.ts';

/** One question over REST. */
export interface Asked {
  /** Path and query. */
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** Its own connections are those of stocks. */
export interface MassiveStandIn extends StandInCluster {
  readonly options: StandInCluster;
  readonly restUrl: string;
  stream(everyMs: number): StandInStream;
  readonly asked: readonly Asked[];
  readonly behaviour: StandInBehaviour;
  /** Resolves once `condition` holds; looked at whenever something happens here. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startMassiveStandIn(key: string): Promise<MassiveStandIn> {
  const behaviour: StandInBehaviour = { ...goodBehaviour(), rest: () => ({ body: { status: 'OK' } }) };
  const streams: StandInStream[] = [];
  const asked: Asked[] = [];
  const events = createWaiting();
  const server = createRest(behaviour, asked, events.happened);
  const stocks = openCluster(server, { cluster: 'stocks', key, behaviour }, events.happened);
  const options = openCluster(
    server,
    { cluster: 'options', key, behaviour: goodBehaviour() },
    events.happened,
  );

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const wsUrl = `ws://127.0.0.1:${port}`;
  return {
    ...stocks,
    wsUrl: `${wsUrl}/stocks`,
    options: { ...options, wsUrl: `${wsUrl}/options` },
    restUrl: `http://127.0.0.1:${port}`,
    asked,
    stream(everyMs) {
      const stream = startStream(stocks.connections, everyMs);
      streams.push(stream);
      return stream;
    },
    until: events.until,
    async close() {
      for (const stream of streams) stream.stop();
      stocks.close();
      options.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function createRest(behaviour: StandInBehaviour, asked: Asked[], happened: () => void): Server {
  return createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    asked.push({ url, authorization: request.headers.authorization });
    happened();
    const { status: code = 200, headers = {}, body } = await behaviour.rest(url);
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    happened();
  });
}

/** Conditions that are looked at whenever something happens. */
function createWaiting(): { happened(): void; until(condition: () => boolean): Promise<void> } {
  const waiting = new Set<() => void>();
  return {
    happened() {
      for (const look of [...waiting]) look();
    },
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
