import type { ClientSpec, Follower } from './follower.ts';
import type { QuoteSeen, QuoteWatch } from './quote-watch.ts';

/** One client of a drill, of either kind. It comes back by itself for as long as it is open. */
export interface DrillClient {
  readonly spec: ClientSpec;
  readonly follower: Follower;
  /** Latest quote of each symbol as its screen has it; of stock clients only. */
  readonly screen: ReadonlyMap<string, QuoteSeen>;
  isConnected(): boolean;
  close(): void;
}

export interface DrillClientParts {
  readonly follower: Follower;
  readonly quotes: QuoteWatch;
  /** Where to connect, asked before each attempt. */
  readonly port: () => number;
  /** Called with the age of each quote in milliseconds and the replica it came from. */
  readonly onQuote: (ageMs: number, replica: string) => void;
  /** Called with the code of a refused handshake or subscription, or with why an attempt led nowhere. */
  readonly onRefused: (why: string) => void;
}
