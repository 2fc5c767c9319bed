import { WebSocket } from 'ws';
import type { SignedIn } from '../../rig/app.ts';
import { SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';

/** A client without Socket.IO: it can stop reading, break the protocol, and see frames as they are. */
export interface RawClient {
  readonly ws: WebSocket;
  /** Engine.IO messages received so far, as text. */
  readonly messages: string[];
  send(text: string | Buffer): void;
  /** Emits a Socket.IO event. */
  emit(event: string, ...args: unknown[]): void;
  /** The payloads of one event received so far. */
  payloads<T>(event: string): T[];
  pause(): void;
  resume(): void;
  /** Resolves with code and reason when the connection ends. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket to the service and, where a session is given, signs it in. */
export async function openRaw(port: number, session?: Pick<SignedIn, 'sessionID'>): Promise<RawClient> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_IO_PATH}`);
  const messages: string[] = [];
  ws.on('message', (data) => {
    const text = String(data);
    if (text === '2') ws.send('3');
    else messages.push(text);
  });
  ws.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise((resolve) => ws.once('open', resolve));
  if (session) {
    ws.send(`40${JSON.stringify({ sessionID: session.sessionID })}`);
    await new Promise<void>((resolve) => {
      const waitForConnected = (data: unknown): void => {
        if (!String(data).startsWith('42["connected"')) return;
        ws.off('message', waitForConnected);
        resolve();
      };
      ws.on('message', waitForConnected);
    });
  }
  return {
    ws,
    messages,
    send: (text) => ws.send(text),
    emit: (event, ...args) => ws.send(`42${JSON.stringify([event, ...args])}`),
    payloads: <T>(event: string) =>
      messages
        .filter((text) => text.startsWith(`42["${event}"`))
        .map((text) => (JSON.parse(text.slice(2)) as [string, T])[1]),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    closed,
  };
}
