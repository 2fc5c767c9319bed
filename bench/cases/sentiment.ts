import { once } from 'node:events';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { type BenchCase, kilobytes, pass } from '../support/case.ts';
import { startService } from '../support/service.ts';
import { sessionHeaders } from '../support/speech.ts';

const WARM_UP_MS = 3_000;
const WINDOW_MS = 20_000;
/** Of the document. */
const POLL_SECONDS = 20;
const MAX_UPDATE_BYTES = 500;

export const sentiment: BenchCase = {
  name: 'sentiment',
  title: 'Off-exchange totals over /ws, against polling',
  how: `Rows 000/18 to 000/21 of [what was asked for](../docs/seeds.md) compare a stream of updates with a request every
${POLL_SECONDS} seconds. Here one client reads \`/ws\` on the simulated market with its featured symbols for ${WINDOW_MS / 1_000} seconds, and
\`GET /api/darkpool/sentiment\` is asked once. Bytes are all that the sockets received, headers included. A stream costs by
prints, polling by time: on this market, where a symbol prints about twice a second, the stream costs more and is up to
twenty seconds ahead.`,

  async run({ quick }) {
    const env = { FEED: 'simulated', MARKET_HOURS: 'always' };
    const service = await startService({ database: 'embedded', users: 1, env });
    try {
      const { port, users } = service;
      const headers = sessionHeaders(users[0]!.sessionID);
      const stream = await readStream(port, headers, quick ? 500 : WINDOW_MS);
      const poll = await pollBytes(port, headers);
      const perUpdate = stream.bytes / stream.updates;
      return {
        rows: [
          {
            what: 'bytes of an off-exchange update on /ws',
            measured: `${Math.round(perUpdate)} bytes`,
            yardstick: '–',
            target: `≤ ${MAX_UPDATE_BYTES} bytes (000/19)`,
            reached: perUpdate <= MAX_UPDATE_BYTES,
          },
          {
            what: `off-exchange totals of ${poll.rows} symbols: bytes of the stream a second, against polling every ${POLL_SECONDS} s`,
            measured: `${kilobytes(stream.bytes / stream.seconds)}/s`,
            yardstick: `polling ${kilobytes(poll.bytes / POLL_SECONDS)}/s: ${kilobytes(poll.bytes)} each`,
            target: '–',
            reached: null,
          },
        ],
        notes: [`${stream.updates} updates in ${stream.seconds.toFixed(1)} s`],
      };
    } finally {
      await service.stop();
    }
  },
};

interface Stream {
  readonly updates: number;
  readonly bytes: number;
  readonly seconds: number;
}

async function readStream(port: number, headers: Record<string, string>, windowMs: number): Promise<Stream> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
  let line: Socket | undefined;
  client.once('upgrade', ({ socket }) => {
    line = socket;
  });
  let updates = 0;
  client.on('message', (data) => {
    if (data.toString().startsWith('{"type":"update"')) updates += 1;
  });
  await once(client, 'open');
  await pass(WARM_UP_MS);
  const [startedAt, bytes, before] = [performance.now(), line?.bytesRead ?? 0, updates];
  await pass(windowMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const measured = { updates: updates - before, bytes: (line?.bytesRead ?? 0) - bytes, seconds };
  client.terminate();
  return measured;
}

async function pollBytes(
  port: number,
  headers: Record<string, string>,
): Promise<{ rows: number; bytes: number }> {
  const response = await fetch(`http://127.0.0.1:${port}/api/darkpool/sentiment`, { headers });
  const body = await response.text();
  const { data } = JSON.parse(body) as { data: unknown[] };
  const head = [...response.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  return { rows: data.length, bytes: Buffer.byteLength(body) + head };
}
