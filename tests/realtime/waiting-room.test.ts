import { expect, test } from '@jest/globals';
import { MAX_UNIDENTIFIED_PER_ADDRESS, MAX_UNIDENTIFIED_SOCKETS } from '../../src/protocol/limits.ts';
import { createWaitingRoom } from '../../src/realtime/waiting-room.ts';

const LIMITS = { perAddress: MAX_UNIDENTIFIED_PER_ADDRESS, inAll: MAX_UNIDENTIFIED_SOCKETS };

test('an address has its places, and gets each back once', () => {
  const room = createWaitingRoom(LIMITS);
  const leaves = Array.from({ length: MAX_UNIDENTIFIED_PER_ADDRESS }, () => room.enter('a'));
  expect(leaves).not.toContain(null);
  expect(room.enter('a')).toBeNull();
  expect(room.enter('b')).not.toBeNull();
  leaves[0]!();
  leaves[0]!();
  expect(room.enter('a')).not.toBeNull();
  expect(room.enter('a')).toBeNull();
});

test('all addresses together have the places of the replica', () => {
  const room = createWaitingRoom(LIMITS);
  const leaves = Array.from({ length: MAX_UNIDENTIFIED_SOCKETS }, (_, at) => room.enter(`address ${at}`));
  expect(leaves).not.toContain(null);
  expect(room.enter('another address')).toBeNull();
  leaves[7]!();
  expect(room.enter('another address')).not.toBeNull();
});
