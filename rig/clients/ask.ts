import type { Socket } from 'socket.io-client';
import type {
  AnswerTo,
  ClientEvent,
  ClientToServerEvents,
  CommandArgs,
  ServerToClientEvents,
} from '../../src/protocol/events.ts';
import { STEP_MS } from '../patience.ts';

/** A stock Socket.IO client of this protocol. */
export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** Emits a command with an ack and resolves with the answer. */
export const ask = <E extends ClientEvent>(
  socket: ClientSocket,
  event: E,
  ...args: CommandArgs<E>
): Promise<AnswerTo<E>> => (socket as unknown as Socket).timeout(STEP_MS).emitWithAck(event, ...args);

/** Emits whatever a client without our types may send, with an ack. */
export const askLoosely = (
  socket: ClientSocket,
  event: string,
  ...args: unknown[]
): Promise<Record<string, unknown>> =>
  (socket as unknown as Socket).timeout(STEP_MS).emitWithAck(event, ...args);

/** The content of an answer. Throws where it is a refusal. */
export function accepted<A extends { ok: boolean }>(answer: A): Extract<A, { ok: true }> {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer as Extract<A, { ok: true }>;
}
