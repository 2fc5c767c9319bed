import type { DayChanges } from './changes.ts';
import type { SymbolChange } from './symbol-sums.ts';

/**
 * Rows of one write, of symbols and minutes. A second of the whole market has up to 16,000, an hour without the database
 * half a million: in one statement they would take longer than a statement may, and hold the row of the lease meanwhile.
 */
export const MAX_PIECE_ROWS = 5_000;

const rowsOf = ({ minutes }: SymbolChange): number => 1 + minutes.length;

/**
 * The same changes in the same order, at least one piece. A symbol is never split: each piece leaves it as it was at one
 * moment, also where the engine ends between two pieces.
 */
export function inPieces(changes: readonly DayChanges[], maxRows = MAX_PIECE_ROWS): DayChanges[][] {
  const pieces: DayChanges[][] = [[]];
  let rows = 0;
  for (const change of changes) {
    let symbols: SymbolChange[] = [];
    pieces.at(-1)!.push({ ...change, symbols });
    for (const symbol of change.symbols) {
      if (rows > 0 && rows + rowsOf(symbol) > maxRows) {
        symbols = [];
        pieces.push([{ day: change.day, isAnew: false, symbols }]);
        rows = 0;
      }
      symbols.push(symbol);
      rows += rowsOf(symbol);
    }
  }
  return pieces;
}
