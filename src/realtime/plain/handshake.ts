import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ConnectCode } from '../../protocol/errors.ts';
import { CONNECT_TIMEOUT_MS } from '../../protocol/limits.ts';
import { type PlainError, plainAuthSchema } from '../../protocol/plain.ts';
import { type Admission, type ConnectRefusal, type Credentials, refusalOf } from '../admission.ts';
import type { Principal } from '../principal.ts';
import { CODE_OF_REFUSAL, closeWith } from './close.ts';
import { parseObject } from './commands.ts';
import type { Inbox, Incoming } from './inbox.ts';

/** A client that may connect. */
export interface Admitted {
  readonly id: string;
  readonly principal: Principal;
}

export interface HandshakeParts {
  readonly admission: Admission;
  readonly refused: (code: ConnectCode) => void;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
}

/**
 * Admits the client of a socket by what its request said, else by its first message. Null where it left meanwhile, or
 * was refused; then it has been told why.
 */
export async function shakeHands(
  ws: WebSocket,
  inbox: Inbox,
  shown: Credentials | null,
  { admission, refused, clock, log }: HandshakeParts,
): Promise<Admitted | null> {
  if (shown) ws.pause();
  const credentials = shown ?? (await firstWord(ws, inbox, clock));
  if (!credentials) {
    refused('NO_SESSION_ID');
    return null;
  }
  const id = randomUUID();
  try {
    const principal = await admission.admit(id, credentials);
    if (ws.readyState === ws.OPEN) return { id, principal };
    admission.release(principal, id);
  } catch (error) {
    const refusal = refusalOf(error, log);
    refused(refusal.code);
    refuse(ws, refusal, clock);
  }
  return null;
}

/** What the first message shows; nothing after the time of a handshake, null where the client left. */
function firstWord(ws: WebSocket, inbox: Inbox, clock: Clock): Promise<Credentials | null> {
  return new Promise((resolve) => {
    const left = (): void => end(null);
    const cancel = clock.after(CONNECT_TIMEOUT_MS, () => end({ sessionId: null }));
    function end(shown: Credentials | null): void {
      cancel();
      ws.off('close', left);
      resolve(shown);
    }
    ws.once('close', left);
    inbox.first((message) => end(readAuth(message)));
  });
}

function readAuth(message: Incoming): Credentials {
  const auth = plainAuthSchema.safeParse(message === null ? undefined : parseObject(message));
  return auth.success ? { sessionId: null, token: auth.data.token } : { sessionId: null };
}

/** Tells a client why it is not served, and closes its connection. */
export function refuse(ws: WebSocket, { code, message, retryAfterMs }: ConnectRefusal, clock: Clock): void {
  if (ws.readyState !== ws.OPEN) return;
  const error: PlainError = {
    type: 'error',
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  ws.send(JSON.stringify(error));
  closeWith(ws, CODE_OF_REFUSAL[code], code, clock);
}
