import { once } from 'node:events';
import net from 'node:net';
import type { Random } from '../../rig/random.ts';

/**
 * Stands between replicas and Postgres and cuts a connection at the worst moment: the server has the COMMIT (or
 * the statement that is a transaction by itself) and carries it out, and its answer never arrives.
 */
export interface CommitCutter {
  readonly port: number;
  /** From now on one commit in so many; 0 for none. */
  cut(oneIn: number): void;
  cuts(): number;
  close(): Promise<void>;
}

export async function startCommitCutter(target: number, random: Random): Promise<CommitCutter> {
  const open = new Set<net.Socket>();
  let oneIn = 0;
  let cuts = 0;

  const serve = (client: net.Socket): void => {
    const server = net.connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(one);
      one.on('error', () => {});
      one.once('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    server.on('data', (chunk) => client.write(chunk));
    const commits = createCommitReader();
    client.on('data', (chunk) => {
      const isCut = commits(chunk) && oneIn > 0 && random.next() * oneIn < 1;
      if (!isCut) return void server.write(chunk);
      cuts += 1;
      client.removeAllListeners('close');
      client.once('close', () => open.delete(client));
      client.resetAndDestroy();
      // The end comes after the data, so that the server reads both.
      server.end(chunk);
    });
  };

  const listener = net.createServer({ noDelay: true }, serve).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as net.AddressInfo).port,
    cut(rate) {
      oneIn = rate;
    },
    cuts: () => cuts,
    async close() {
      listener.close();
      for (const socket of open) socket.destroy();
      await once(listener, 'close');
    },
  };
}

const HEADER_BYTES = 5;

/**
 * Reads what a client says to Postgres (protocol 3, without TLS); answers for each chunk whether it ends with a
 * commit: `COMMIT`, or the Sync after an Execute outside of BEGIN and COMMIT.
 */
function createCommitReader(): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  let inTransaction = false;
  let executed = false;

  const isCommit = (type: string, body: Buffer): boolean => {
    if (type === 'Q') {
      const text = body.toString('latin1', 0, body.length - 1);
      inTransaction = text === 'BEGIN' || (inTransaction && text !== 'COMMIT' && text !== 'ROLLBACK');
      return text === 'COMMIT';
    }
    if (type === 'E') executed = true;
    if (type !== 'S') return false;
    const alone = executed && !inTransaction;
    executed = false;
    return alone;
  };

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let commits = false;
    for (;;) {
      // The first message has no type.
      const header = started ? HEADER_BYTES : HEADER_BYTES - 1;
      if (rest.length < header) return commits;
      const end = rest.readUInt32BE(header - 4) + header - 4;
      if (rest.length < end) return commits;
      commits = started && isCommit(String.fromCharCode(rest[0]!), rest.subarray(header, end));
      started = true;
      rest = rest.subarray(end);
    }
  };
}
