import { createStore, type StoreApi } from 'zustand/vanilla';

/**
 * connecting → connected ⇄ reconnecting → polling (reconnecting in the background). Replaced until a person connects
 * again: another tab has the connection. For good: ended.
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'reconnecting' | 'polling' | 'replaced' | 'ended';

/** While `polling`. Fresh enough to be useful, and five hundred pollers are still only a hundred requests a second. */
export const POLL_INTERVAL_MS = 5_000;

export interface ConnectionState {
  readonly status: ConnectionStatus;
  readonly connected: boolean;
  /** Failed connects in a row, with the loss that came before them. */
  readonly failures: number;
  /** When the next connect is due, milliseconds since epoch; null while one is under way or none is planned. */
  readonly retryAt: number | null;
  /** The server named the wait: trying earlier would be refused. */
  readonly mustWait: boolean;
  /** The server's sentence on why there is no connection, where it gave one. */
  readonly message: string | null;
  /** Round trip. */
  readonly latencyMs: number | null;
  readonly replica: string | null;
  /** Set while polling: did the last poll fail too? */
  readonly offline: boolean;
  /** The server speaks another version of the protocol than this page. */
  readonly outdated: boolean;
}

export type ConnectionStore = StoreApi<ConnectionState>;

const INITIAL: ConnectionState = {
  status: 'connecting',
  connected: false,
  failures: 0,
  retryAt: null,
  mustWait: false,
  message: null,
  latencyMs: null,
  replica: null,
  offline: false,
  outdated: false,
};

export const createConnectionStore = (): ConnectionStore => createStore<ConnectionState>(() => INITIAL);
