import { beforeEach, describe, expect, test } from '@jest/globals';
import { FIRST_WINDOW_BYTES, InFlight } from '../../src/realtime/in-flight.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

let clock: ManualClock;
let inFlight: InFlight;
beforeEach(() => {
  clock = createManualClock(0);
  inFlight = new InFlight();
});

function write(bytes: number): void {
  const isProbed = inFlight.isProbeDue(clock, bytes);
  inFlight.wrote(bytes);
  if (isProbed) inFlight.probe(clock);
}
function answer(afterMs: number): void {
  clock.advance(afterMs);
  inFlight.answered(clock);
}
const room = (): number => inFlight.room(clock);

/** Writes all there is room for on a line that carries so much, and answers with the longest time that it took. */
function longestTrip(bytesPerSecond: number, trips: number): number {
  let longest = 0;
  for (let trip = 0; trip < trips; trip++) {
    write(room());
    const tookMs = (inFlight.bytes() * 1_000) / bytesPerSecond;
    longest = Math.max(longest, tookMs);
    answer(tookMs);
  }
  return longest;
}

describe('the room', () => {
  test('is what the window leaves, until the client answers', () => {
    write(10_000);
    expect(room()).toBe(FIRST_WINDOW_BYTES - 10_000);
    write(20_000);
    expect(room()).toBe(0);
    answer(600);
    // The probe was behind the first write only.
    expect([inFlight.bytes(), inFlight.arrivedBytes(), room()]).toEqual([20_000, 10_000, 0]);
    expect(inFlight.isProbeDue(clock)).toBe(true);
    inFlight.probe(clock);
    answer(600);
    expect(room()).toBe(FIRST_WINDOW_BYTES);
  });

  test('is none while an answer takes longer than a second, unless next to nothing is on its way', () => {
    write(100);
    inFlight.probe(clock);
    clock.advance(10_000);
    expect([room(), inFlight.isLate(clock)]).toEqual([FIRST_WINDOW_BYTES - 100, false]);
    answer(0);
    write(5_000);
    clock.advance(999);
    expect(room()).toBeGreaterThan(0);
    clock.advance(1);
    expect([room(), inFlight.isLate(clock)]).toEqual([0, false]);
    clock.advance(1_000);
    expect(inFlight.isLate(clock)).toBe(true);
    answer(0);
    expect([room() > 0, inFlight.isLate(clock)]).toEqual([true, false]);
  });

  test('follows what the line carries: nothing takes longer than two seconds after the first answer', () => {
    expect(longestTrip(50_000 / 8, 1)).toBeLessThan(3_000);
    expect(longestTrip(50_000 / 8, 100)).toBeLessThanOrEqual(2_000);
    // The line becomes three times as thin, then wide again.
    longestTrip(50_000 / 24, 1);
    expect(longestTrip(50_000 / 24, 100)).toBeLessThanOrEqual(2_000);
    longestTrip(1e6, 10);
    expect(room()).toBeGreaterThan(100_000);
    // The first trip after that is long; one answer later it is over.
    longestTrip(50_000 / 8, 1);
    expect(longestTrip(50_000 / 8, 100)).toBeLessThanOrEqual(2_000);
  });

  test('of a far but wide line lets everything through', () => {
    // 2,500 bytes every 20 ms, answers 200 ms later.
    let refused = 0;
    const answers: number[] = [];
    for (let ms = 0; ms < 10_000; ms += 20) {
      if (answers[0] === clock.now()) {
        answers.shift();
        inFlight.answered(clock);
      }
      if (room() >= 2_500) {
        const before = inFlight.isProbed();
        write(2_500);
        if (!before && inFlight.isProbed()) answers.push(clock.now() + 200);
      } else if (ms > 1_000) refused += 1;
      clock.advance(20);
    }
    expect(refused).toBe(0);
  });
});

describe('a probe', () => {
  test('is not due behind a few kilobytes, nor while another one is on its way', () => {
    inFlight.wrote(4_000);
    clock.advance(60_000);
    expect(inFlight.isProbeDue(clock)).toBe(false);
    expect(inFlight.isProbeDue(clock, 100)).toBe(true);
    inFlight.wrote(100);
    inFlight.probe(clock);
    expect(inFlight.isProbeDue(clock, 100_000)).toBe(false);
  });

  test('is due once a second at most for a client whose window is wide enough for all it gets', () => {
    longestTrip(1e7, 10);
    let probes = 0;
    for (let ms = 0; ms < 10_000; ms += 50) {
      const before = inFlight.isProbed();
      write(6_000);
      if (!before && inFlight.isProbed()) {
        probes += 1;
        inFlight.answered(clock);
      }
      clock.advance(50);
    }
    expect(probes).toBeLessThanOrEqual(10);
    expect(probes).toBeGreaterThanOrEqual(9);
  });

  test('that nobody waits for changes nothing when it is answered', () => {
    inFlight.wrote(1_000);
    inFlight.answered(clock);
    expect([inFlight.bytes(), room()]).toEqual([1_000, FIRST_WINDOW_BYTES - 1_000]);
  });
});

test('events go on beside a full window of state, and wait for an answer only when many of them are on their way', () => {
  const went: string[] = [];
  write(FIRST_WINDOW_BYTES);
  expect(room()).toBe(0);
  inFlight.whenRoomForEvents(() => went.push('beside state'));
  inFlight.wrote(100_000);
  inFlight.whenRoomForEvents(() => went.push('behind an answer'));
  expect(went).toEqual(['beside state']);
  answer(700);
  expect(went).toEqual(['beside state']);
  inFlight.probe(clock);
  answer(700);
  expect(went).toEqual(['beside state', 'behind an answer']);
});
