import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  createSeal,
  isSealed,
  MAX_SEAL_AGE_MS,
  SEAL_BYTES,
  type Seal,
} from '../../../src/domain/bus/seal.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const [FIRST, SECOND] = ['first-'.repeat(8), 'second-'.repeat(8)];

let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock('2026-01-05T15:00:00Z');
});
/** A replica; `aheadMs` is how far its clock is ahead of the others'. */
const sealOf = ({ prefix = 'p', secrets = [FIRST], aheadMs = 0 } = {}): Seal =>
  createSeal({ prefix, secrets: () => secrets, clock: { ...clock, now: () => clock.now() + aheadMs } });
const bodyOf = (opened: ReturnType<Seal['open']>): unknown =>
  'refused' in opened ? opened.refused : opened.body.toString();

test.each(['', 'text', 'ü€😀', 'with\na line', '{"uid":"a"}'])(
  'opens what another one closed: %j',
  (body) => {
    const [one, other] = [sealOf(), sealOf()];
    const sealed = one.close('c', body);
    expect(isSealed(sealed)).toBe(true);
    expect(sealed.length - Buffer.byteLength(body)).toBeLessThanOrEqual(SEAL_BYTES);
    expect(bodyOf(other.open('c', sealed))).toBe(body);
  },
);

test('tells its own messages from those of others', () => {
  const [one, other] = [sealOf(), sealOf()];
  const sealed = one.close('c', Buffer.from([0, 255, 10]));
  expect(one.open('c', sealed)).toEqual({ body: Buffer.from([0, 255, 10]), isOwn: true });
  expect(other.open('c', sealed)).toEqual({ body: Buffer.from([0, 255, 10]), isOwn: false });
});

describe('what it covers', () => {
  test('no byte of a message can be changed', () => {
    const receiver = sealOf();
    const sealed = sealOf().close('c', 'body');
    for (let at = 0; at < sealed.length; at++) {
      for (const bit of [1, 2, 0x80]) {
        const changed = Buffer.from(sealed);
        changed[at]! ^= bit;
        const opened = receiver.open('c', changed);
        // The last two bits of the HMAC's text say nothing.
        if ('refused' in opened) continue;
        expect(opened.body.toString()).toBe('body');
        expect(changed.toString().replace(/.\n/, '')).toBe(sealed.toString().replace(/.\n/, ''));
      }
    }
  });

  test.each(['', 'TS1', 'TS1 ', 'TS2 a 1 1 00000000 a\n', 'null', '{"uid":"a","type":6}'])(
    '%j is unsigned',
    (text) => {
      expect(sealOf().open('c', Buffer.from(text))).toEqual({ refused: 'unsigned' });
    },
  );

  test('a message cut short or lengthened is refused', () => {
    const sealed = sealOf().close('c', 'body');
    for (let length = 0; length < sealed.length; length++)
      expect(sealOf().open('c', sealed.subarray(0, length))).toHaveProperty('refused');
    expect(sealOf().open('c', Buffer.concat([sealed, Buffer.from('x')]))).toEqual({ refused: 'forged' });
  });

  test('it counts for its prefix and channel only, wherever the border between them is', () => {
    const sealed = sealOf({ prefix: 'ab' }).close('cd', 'x');
    expect(sealOf({ prefix: 'ab' }).open('ce', sealed)).toEqual({ refused: 'forged' });
    expect(sealOf({ prefix: 'abc' }).open('d', sealed)).toEqual({ refused: 'forged' });
    expect(sealOf({ prefix: 'a' }).open('bcd', sealed)).toEqual({ refused: 'forged' });
  });
});

describe('the secrets', () => {
  test('the first seals, each of them opens, others are not listed', () => {
    const [old, both, fresh] = [
      sealOf({ secrets: [FIRST] }),
      sealOf({ secrets: [SECOND, FIRST] }),
      sealOf({ secrets: [SECOND] }),
    ];
    expect(bodyOf(both.open('c', old.close('c', 'a')))).toBe('a');
    expect(bodyOf(fresh.open('c', both.close('c', 'b')))).toBe('b');
    expect(old.open('c', both.close('c', 'c'))).toEqual({ refused: 'unlisted' });
    expect(fresh.open('c', old.close('c', 'd'))).toEqual({ refused: 'unlisted' });
  });
});

describe('a message that is not from now', () => {
  test('is opened once, in whatever order they arrive', () => {
    const [one, other] = [sealOf(), sealOf()];
    const sealed = Array.from({ length: 40 }, (_, number) => one.close('c', String(number)));
    const order = [3, 1, 0, 2, 39, 38, 20];
    for (const number of order) expect(bodyOf(other.open('c', sealed[number]!))).toBe(String(number));
    for (const number of order) expect(other.open('c', sealed[number]!)).toEqual({ refused: 'replayed' });
  });

  test('is refused where its number is far behind the newest', () => {
    const [one, other] = [sealOf(), sealOf()];
    const first = one.close('c', '0');
    for (let number = 0; number < 5_000; number++) other.open('c', one.close('c', 'x'));
    expect(other.open('c', first)).toEqual({ refused: 'replayed' });
  });

  test('is refused by its age by one that has just started, and by one that has forgotten the sender', () => {
    const [one, other] = [sealOf(), sealOf()];
    const sealed = one.close('c', 'x');
    expect(bodyOf(other.open('c', sealed))).toBe('x');
    clock.advance(MAX_SEAL_AGE_MS);
    expect(bodyOf(sealOf().open('c', sealed))).toBe('x');
    expect(other.open('c', sealed)).toEqual({ refused: 'replayed' });
    clock.advance(1);
    expect(sealOf().open('c', sealed)).toEqual({ refused: 'outdated' });
    for (let minute = 0; minute < 5; minute++) {
      clock.advance(60_000);
      // Another sender joins, so that silent ones are forgotten.
      expect(bodyOf(other.open('c', sealOf().close('c', 'y')))).toBe('y');
      expect(other.open('c', sealed)).toEqual({ refused: 'outdated' });
    }
  });

  test('from a clock that is ahead is refused a second time for as long as it is in time', () => {
    const [fast, other] = [sealOf({ aheadMs: MAX_SEAL_AGE_MS }), sealOf()];
    const sealed = fast.close('c', 'x');
    expect(bodyOf(other.open('c', sealed))).toBe('x');
    clock.advance(2 * MAX_SEAL_AGE_MS);
    other.open('c', sealOf().close('c', 'y'));
    expect(other.open('c', sealed)).toEqual({ refused: 'replayed' });
    clock.advance(1);
    other.open('c', sealOf().close('c', 'y'));
    expect(other.open('c', sealed)).toEqual({ refused: 'outdated' });
  });

  test.each([-59_000, -5_000, 5_000, 59_000])('the clocks of two replicas may differ by %i ms', (aheadMs) => {
    const [one, other] = [sealOf({ aheadMs }), sealOf()];
    expect(bodyOf(other.open('c', one.close('c', 'a')))).toBe('a');
    expect(bodyOf(one.open('c', other.close('c', 'b')))).toBe('b');
  });

  test.each([-61_000, 61_000, 1e12])('a clock that is %i ms off is too far', (aheadMs) => {
    const opened = sealOf().open('c', sealOf({ aheadMs }).close('c', 'a'));
    expect(opened).toEqual({ refused: 'outdated' });
  });
});

test('without a secret nothing is sealed', () => {
  expect(() => sealOf({ secrets: [] }).close('c', 'x')).toThrow('no secret');
});
