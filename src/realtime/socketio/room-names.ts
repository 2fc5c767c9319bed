import { symbolRoom } from '../../protocol/rooms.ts';

/** More symbols than the sockets of one process watch; names of symbols that are no longer watched go with the rest. */
const MAX_NAMES = 20_000;

const names = new Map<string, string>();

/** The room of a symbol: one string for all its sockets, where copies would be 32 bytes for each socket and symbol. */
export function roomOf(symbol: string): string {
  const known = names.get(symbol);
  if (known !== undefined) return known;
  if (names.size >= MAX_NAMES) names.clear();
  const name = symbolRoom(symbol);
  names.set(symbol, name);
  return name;
}
