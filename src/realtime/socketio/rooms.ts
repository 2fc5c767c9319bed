import type { Adapter } from 'socket.io-adapter';
import type { Peer } from '../peer.ts';

/** The members of a room that other services emit into; null for a name that is of no such room. */
export type RoomMembers = (room: string) => Iterable<Peer> | null;

/**
 * The rooms of an adapter, of which those of users and symbols are read from where they are known anyway. Joined for each
 * socket and symbol, they would be an eighth of a socket's memory.
 */
class Rooms extends Map<string, Set<string>> {
  readonly #members: RoomMembers;

  constructor(members: RoomMembers) {
    super();
    this.#members = members;
  }

  override get(room: string): Set<string> | undefined {
    const members = this.#members(room);
    if (members === null) return super.get(room);
    const ids = new Set<string>();
    // The adapter skips those of other transports.
    for (const { id } of members) ids.add(id);
    return ids.size > 0 ? ids : undefined;
  }

  override has(room: string): boolean {
    return this.get(room) !== undefined;
  }
}

/** From now on the adapter finds whom an emit is for here; no socket joins these rooms. */
export function answerRooms(adapter: Adapter, members: RoomMembers): void {
  (adapter as { rooms: Map<string, Set<string>> }).rooms = new Rooms(members);
}
