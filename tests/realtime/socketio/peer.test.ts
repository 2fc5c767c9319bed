import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { FIRST_WINDOW_BYTES } from '../../../src/realtime/in-flight.ts';
import { socketIoDialect } from '../../../src/realtime/socketio/dialect.ts';
import type { Packet } from '../../../src/realtime/socketio/engine.ts';
import { SocketIoPeer } from '../../../src/realtime/socketio/peer.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

/** A connection of engine.io as the peer sees it, whose client answers when the test says so. */
class Connection extends EventEmitter {
  readyState = 'open';
  /** Texts of the frames that were written. */
  readonly sent: string[] = [];
  readonly line = {
    bytesWritten: 0,
    writableLength: 0,
    cork() {},
    uncork() {},
    write: (frame: Buffer) => void this.sent.push(frame.toString('latin1', 2)),
  };
  readonly transport = {
    name: 'websocket',
    writable: true,
    socket: { bufferedAmount: 0, readyState: 1, _socket: this.line },
  };
  /** What engine.io has yet to write. */
  writeBuffer: readonly Packet[] = [];

  write(data: string, options?: Packet['options']): void {
    this.emit('packetCreate', { type: 'message', data, options });
    for (const frame of options?.wsPreEncodedFrame ?? []) this.sent.push(frame.toString('latin1', 2));
  }
  sendPacket(type: string): void {
    this.emit('packetCreate', { type });
    this.sent.push('2');
  }
  answer(): void {
    this.emit('packet', { type: 'pong' });
  }
}

let clock: ManualClock;
let conn: Connection;
let peer: SocketIoPeer;
beforeEach(() => {
  clock = createManualClock(0);
  conn = new Connection();
  peer = new SocketIoPeer({ id: 'socket', data: {}, conn, connected: true } as never, clock);
});

const write = (bytes: number): void =>
  peer.write([socketIoDialect.encode('market:status', 'x'.repeat(bytes) as never)!]);
const pings = (): number => conn.sent.filter((text) => text === '2').length;

describe('the ping behind a large write', () => {
  test('goes out with it, and its answer makes room', () => {
    write(10_000);
    expect(pings()).toBe(1);
    expect(peer.room()).toBeLessThan(FIRST_WINDOW_BYTES - 10_000);
    conn.answer();
    expect(peer.room()).toBeGreaterThanOrEqual(FIRST_WINDOW_BYTES);
  });

  test('is not taken for answered with a ping that engine.io sent before it', () => {
    conn.sendPacket('ping');
    write(10_000);
    conn.answer();
    expect(peer.room()).toBeLessThan(FIRST_WINDOW_BYTES - 10_000);
    conn.answer();
    expect(peer.room()).toBeGreaterThanOrEqual(FIRST_WINDOW_BYTES);
  });

  test('is not taken for answered because a client answered before it was asked', () => {
    for (let count = 0; count < 10; count++) conn.answer();
    write(10_000);
    expect(peer.room()).toBeLessThan(FIRST_WINDOW_BYTES - 10_000);
    conn.answer();
    write(10_000);
    expect(peer.room()).toBeLessThan(2 * FIRST_WINDOW_BYTES - 10_000);
  });

  test('does not wait for the answer to the one before, and each answer counts for its own', () => {
    write(10_000);
    write(30_000);
    expect(pings()).toBe(2);
    conn.answer();
    expect(peer.room()).toBeLessThan(2 * FIRST_WINDOW_BYTES - 30_000);
    conn.answer();
    expect(peer.room()).toBeGreaterThanOrEqual(2 * FIRST_WINDOW_BYTES);
  });

  test('follows by itself where the window has become so small that nothing else would be written', () => {
    conn.write('x'.repeat(10_000));
    write(5_000);
    conn.write('x'.repeat(7_900));
    clock.advance(6_000);
    conn.answer();
    expect([pings(), peer.room()]).toEqual([2, 0]);
    conn.answer();
    expect(peer.room()).toBeGreaterThan(0);
  });
});

test('a frame waits behind what engine.io has yet to write, and none follows a close frame', () => {
  const order: string[] = [];
  conn.write = (data) => void order.push(data.slice(0, 2));
  conn.writeBuffer = [{ type: 'message', data: 'before' }];
  write(10);
  expect([order, conn.sent]).toEqual([['2['], []]);
  conn.writeBuffer = [];
  conn.transport.socket.readyState = 2;
  write(10);
  expect([order, conn.sent]).toEqual([['2['], []]);
});

test('a reader has no room while the operating system has yet to accept what was written', () => {
  conn.line.writableLength = 1;
  expect(peer.room()).toBe(0);
});

test('what other services emit is on its way as well', () => {
  conn.write('x'.repeat(FIRST_WINDOW_BYTES));
  expect(peer.room()).toBe(0);
});

test('a reader takes something when it answers, however much its kernel accepts', () => {
  write(10_000);
  const before = peer.takenBytes();
  write(30_000);
  expect(peer.takenBytes()).toBe(before);
  conn.answer();
  expect(peer.takenBytes()).toBeGreaterThan(before);
});
