import type { InstrumentPayload } from '../../protocol/market.ts';

/** What can be traded or watched. */
export interface InstrumentDirectory {
  /** Null for a symbol that does not exist. Throws UNAVAILABLE where upstream cannot be asked now. */
  get(symbol: string): Promise<InstrumentPayload | null>;
  /** Best matches first, by symbol and by name. Throws UNAVAILABLE where upstream cannot be asked now. */
  search(text: string, limit: number): Promise<InstrumentPayload[]>;
  /** From memory only; undefined where it has not been asked for yet. */
  knows(symbol: string): boolean | undefined;
}
