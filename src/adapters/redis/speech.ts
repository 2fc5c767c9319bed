import net from 'node:net';
import tls from 'node:tls';
import type { RedisAddress } from '../../lib/addresses/redis-address.ts';
import { speechSentence } from './refusals.ts';

/** A server that is there answers within it; a start waits for it once. */
const PATIENCE_MS = 1_000;

/**
 * The sentence of an address that says the wrong thing about TLS: a server there answers in the other way. Asked in the
 * wrong way it says nothing of use: it cuts the connection, or waits for more. Null where that is not the reason.
 */
export async function speechProblem(address: RedisAddress): Promise<string | null> {
  const answers = await (address.tls === null ? speaksTls(address) : speaksPlainly(address));
  return answers ? speechSentence(address) : null;
}

const speaksTls = (address: RedisAddress): Promise<boolean> => {
  // Nothing is sent to it but the handshake.
  const socket = tls.connect({ ...placeOf(address), rejectUnauthorized: false });
  return ofSocket(socket, (say) => socket.once('secureConnect', () => say(true)));
};

/** An answer is `+PONG`, or the refusal of a Redis that wants a password first. */
const speaksPlainly = (address: RedisAddress): Promise<boolean> => {
  const socket = net.connect(placeOf(address));
  socket.once('connect', () => socket.write('PING\r\n'));
  return ofSocket(socket, (say) =>
    socket.once('data', (bytes) => say(/^[+-][A-Z]/.test(bytes.toString('latin1')))),
  );
};

function ofSocket(socket: net.Socket, ask: (say: (answer: boolean) => void) => void): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    ask(resolve);
    socket.on('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.setTimeout(PATIENCE_MS, () => resolve(false));
  }).finally(() => socket.destroy());
}

const placeOf = ({ socket, host, port, family }: RedisAddress) =>
  socket === null ? { host: host ?? 'localhost', port, family } : { path: socket };
