import { sign } from 'cookie-signature';
import { SOCKET_IO_PATH } from '../../rig/clients/reconnect.ts';
import { SESSION_SECRET } from '../../rig/secrets.ts';
import { SESSION_COOKIE } from '../../src/domain/accounts/session-cookie.ts';
import { PLAIN_PATH } from '../../src/protocol/plain.ts';

/** What a client hears besides quotes means one of these. */
interface Listener {
  readonly sessionID: string;
  send(text: string): void;
  connected(): void;
  confirmed(): void;
}

/** How a client of one kind connects and subscribes. */
export interface Speech {
  readonly path: string;
  headers(sessionID: string): Readonly<Record<string, string>>;
  /** Whether the server greets who has connected. */
  readonly greets: boolean;
  /** Of all messages only what is measured has this letter there. */
  readonly quoteInitial: number;
  readonly letter: 'q' | 'o';
  subscribe(symbols: readonly string[]): string;
  hears(text: string, listener: Listener): void;
}

/** As a browser sends the session with each request. */
export const sessionHeaders = (sessionID: string) => ({
  Cookie: `${SESSION_COOKIE}=${encodeURIComponent(`s:${sign(sessionID, SESSION_SECRET)}`)}`,
});

const socketIo: Speech = {
  path: SOCKET_IO_PATH,
  headers: () => ({}),
  greets: true,
  quoteInitial: '42["'.length,
  letter: 'q',
  subscribe: (symbols) => `420${JSON.stringify(['subscribe:watchlist', symbols])}`,
  hears(text, { sessionID, send, connected, confirmed }) {
    if (text.startsWith('0')) send(`40${JSON.stringify({ sessionID })}`);
    else if (text === '2') send('3');
    else if (text.startsWith('40')) connected();
    else if (text.startsWith('430')) confirmed();
    else if (text.startsWith('44')) throw new Error(`refused: ${text}`);
  },
};

export const SPEECHES = {
  'socket.io': socketIo,
  /** The server of the yardstick: no sign-in, no greeting. */
  raw: { ...socketIo, path: '/', greets: false },
  options: {
    ...socketIo,
    letter: 'o',
    subscribe: (contracts) => `420${JSON.stringify(['subscribe:options', contracts])}`,
  },
  plain: {
    path: PLAIN_PATH,
    headers: sessionHeaders,
    greets: true,
    quoteInitial: '{"type":"'.length,
    letter: 'q',
    subscribe: (symbols) => JSON.stringify({ type: 'subscribe', symbols }),
    hears(text, { connected, confirmed }) {
      if (text.startsWith('{"type":"connected"')) connected();
      else if (text.startsWith('{"type":"subscribed"')) confirmed();
      else if (text.startsWith('{"type":"error"')) throw new Error(`refused: ${text}`);
    },
  },
} satisfies Record<string, Speech>;
export type ClientKind = keyof typeof SPEECHES;
