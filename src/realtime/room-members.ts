import { symbolRoom, userRoom } from '../protocol/rooms.ts';
import type { Peer } from './peer.ts';
import type { PeerIndex } from './peer-index.ts';
import type { StateLane } from './state-lane/lane.ts';

export interface RoomMembersParts {
  readonly byUser: PeerIndex['byUser'];
  readonly watchers: StateLane['watchers'];
}

const [USER, SYMBOL] = [userRoom(''), symbolRoom('')];

/** The peers in a room that other services emit into: all of a user, or all that watch a symbol; null for other names. */
export const createRoomMembers =
  ({ byUser, watchers }: RoomMembersParts) =>
  (room: string): Iterable<Peer> | null => {
    if (room.startsWith(USER)) return byUser.get(room.slice(USER.length)) ?? [];
    if (room.startsWith(SYMBOL)) return watchers('quote:update', room.slice(SYMBOL.length));
    return null;
  };
