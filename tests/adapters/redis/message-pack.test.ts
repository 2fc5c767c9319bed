import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../../rig/random.ts';
import { repoRoot } from '../../../rig/source-files.ts';
import { isWholeValue } from '../../../src/adapters/redis/message-pack.ts';

/** The MessagePack of the adapter and of the stock emitter. */
const { encode, decode } = createRequire(
  path.join(repoRoot, 'node_modules/@socket.io/redis-adapter/package.json'),
)('notepack.io') as { encode(value: unknown): Buffer; decode(bytes: Buffer): unknown };

const DEPTH = 16;
const long = (length: number): string => 'x'.repeat(length);
const object = (fields: number): object =>
  Object.fromEntries(Array.from({ length: fields }, (_, index) => [`key${index}`, index]));
const values: [string, unknown][] = [
  ['nothing', null],
  ['undefined', undefined],
  ['booleans', [true, false]],
  [
    'numbers',
    [
      0,
      127,
      128,
      255,
      65_535,
      65_536,
      2 ** 32,
      2 ** 40,
      -1,
      -32,
      -33,
      -129,
      -40_000,
      -(2 ** 40),
      1.5,
      Number.NaN,
    ],
  ],
  ['texts', ['', 'a', long(31), long(32), long(255), long(256), long(65_535), long(65_536)]],
  ['bytes', [Buffer.alloc(0), Buffer.alloc(300), Buffer.alloc(70_000)]],
  ['lists', [[], Array(15).fill(0), Array(16).fill(0), Array(70_000).fill(0)]],
  ['objects', [{}, object(15), object(16), object(70_000)]],
  ['times', [new Date('2026-01-05T15:00:00.000Z'), new Date('2026-01-05T15:00:00.123Z')]],
  [
    'an emit',
    [
      'emitter',
      { type: 2, nsp: '/', data: ['news', { a: [1] }] },
      { rooms: ['user:1'], except: [], flags: {} },
    ],
  ],
];

test.each(values)('takes what the stock emitter writes: %s', (_name, value) => {
  expect(isWholeValue(encode(value), DEPTH)).toBe(true);
});

test.each(values)('refuses it when it is cut or has more behind it: %s', (_name, value) => {
  const bytes = encode(value);
  const step = Math.max(1, Math.floor(bytes.length / 50));
  for (let length = 0; length < bytes.length; length += step)
    expect(isWholeValue(bytes.subarray(0, length), DEPTH)).toBe(false);
  expect(isWholeValue(Buffer.concat([bytes, Buffer.from([0])]), DEPTH)).toBe(false);
});

describe('refuses at once what announces more than it has', () => {
  test.each([
    ['lists', Buffer.concat(Array(1_000).fill(Buffer.from([0xdd, 1, 0, 0, 0])))],
    [
      'lists that fit each but not together',
      Buffer.concat([...Array(900).fill(Buffer.from([0xdc, 3, 0])), Buffer.alloc(1_000)]),
    ],
    ['objects', Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff])],
    ['bytes', Buffer.from([0xc6, 0xff, 0xff, 0xff, 0xff])],
    ['an extension', Buffer.from([0xc9, 0xff, 0xff, 0xff, 0xff, 0])],
    ['an extension that the decoder reads otherwise', Buffer.from([0xc7, 1, 0xff, 0])],
  ])('%s', (_name, bytes) => {
    const startedAt = performance.now();
    expect(isWholeValue(bytes, 10_000)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

test('refuses a value of more levels than allowed', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);
  expect(isWholeValue(encode(deep(DEPTH - 1)), DEPTH)).toBe(true);
  expect(isWholeValue(encode(deep(DEPTH)), DEPTH)).toBe(false);
});

test('what passes can be decoded by the adapter without announcing more, whatever the bytes', () => {
  const random = createRandom(7);
  const openings = [0x92, 0xdc, 0xdd, 0xde, 0xdf, 0xc4, 0xc6, 0xd6, 0xd7, 0xda, 0xa3, 0x82];
  let passed = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: 1 + Math.floor(random.next() * 12) }, () => {
        const byte = Math.floor(random.next() * 256);
        return random.next() < 0.4
          ? openings[byte % openings.length]!
          : byte % (random.next() < 0.5 ? 4 : 256);
      }),
    );
    if (!isWholeValue(bytes, DEPTH)) continue;
    passed += 1;
    expect(() => decode(bytes)).not.toThrow();
  }
  expect(passed).toBeGreaterThan(1_000);
});
