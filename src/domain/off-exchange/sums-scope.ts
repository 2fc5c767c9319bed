/** Which symbols' prints are summed. */
export type SummedSymbols = 'watched' | '*';

/** What the sums cover, as the engine reports it. */
export interface SumsScope {
  readonly symbols: SummedSymbols;
  /** Symbols that have quotes for the sums, beside those that are watched. */
  readonly quoted: number;
  /** Trades on exchanges that were passed by: nobody follows their symbols. */
  readonly shed: number;
  /** When the last of them was, milliseconds since epoch; null before the first. */
  readonly shedAt: number | null;
}
