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

/** A line that carries so much in a second, and takes so long for the way there and back. Its rate may change. */
function createLine(bytesPerSecond: number, tripMs: number) {
  let rate = bytesPerSecond;
  let carried = 0;
  let probes = 0;
  /** For each write: the count of all bytes once it has arrived, and when it was due. */
  const way: { readonly end: number; readonly dueAt: number; readonly isProbed: boolean }[] = [];
  const answers: number[] = [];
  let written = 0;
  let oldest = 0;

  return {
    probes: () => probes,
    /** The greatest age of what has arrived since it was last asked, milliseconds. */
    oldest(): number {
      const before = oldest;
      oldest = 0;
      return before;
    },
    carry(bytes: number): void {
      rate = bytes;
    },
    /** Whether there was room for it. */
    write(bytes: number): boolean {
      const fits = Math.min(bytes, room());
      if (fits > 0) {
        const isProbed = inFlight.isProbeDue(clock, fits);
        inFlight.wrote(fits);
        if (isProbed) inFlight.probe(clock);
        written += fits;
        way.push({ end: written, dueAt: clock.now(), isProbed });
      }
      return fits === bytes;
    },
    pass(ms: number): void {
      for (let count = 0; count < ms; count++) {
        clock.advance(1);
        carried = Math.min(written, carried + rate / 1_000);
        while (way[0] && way[0].end <= carried) {
          const { dueAt, isProbed } = way.shift()!;
          oldest = Math.max(oldest, clock.now() - dueAt + tripMs / 2);
          if (isProbed) answers.push(clock.now() + tripMs);
        }
        while (answers[0] !== undefined && answers[0] <= clock.now()) {
          answers.shift();
          probes += 1;
          inFlight.answered(clock);
          if (!inFlight.isProbeDue(clock)) continue;
          inFlight.probe(clock);
          way.push({ end: written, dueAt: clock.now(), isProbed: true });
        }
      }
    },
  };
}

/** Fifty symbols that move ten times a second, at 250 bytes each, written every 50 ms. Counts what had no room. */
function read(line: ReturnType<typeof createLine>, seconds: number, bytes = 6_250): number {
  let refused = 0;
  for (let ms = 0; ms < seconds * 1_000; ms += 50) {
    if (!line.write(bytes)) refused += 1;
    line.pass(50);
  }
  return refused;
}

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
    // It has answered the first probe only.
    expect([inFlight.bytes(), inFlight.arrivedBytes(), room()]).toEqual([20_000, 10_000, 0]);
    expect(inFlight.probes()).toBe(1);
    answer(300);
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
    expect(room()).toBeGreaterThan(60_000);
    // The first trip after that is long; one answer later it is over.
    longestTrip(50_000 / 8, 1);
    expect(longestTrip(50_000 / 8, 100)).toBeLessThanOrEqual(2_000);
  });

  test('of a line lets everything through, near or far, with one value at a time or hundreds', () => {
    for (const { tripMs, bytes } of [
      { tripMs: 5, bytes: 6_250 },
      { tripMs: 50, bytes: 6_250 },
      { tripMs: 200, bytes: 6_250 },
      { tripMs: 30, bytes: 60_000 },
    ]) {
      inFlight = new InFlight();
      const line = createLine(1e8, tripMs);
      read(line, 2, bytes);
      expect({ tripMs, bytes, refused: read(line, 10, bytes) }).toEqual({ tripMs, bytes, refused: 0 });
    }
  });

  test.each([5, 50])(
    'of a fast line that becomes one of 50 kbit/s keeps prices below six seconds, then four: %i ms away',
    (tripMs) => {
      const line = createLine(1e7, tripMs);
      read(line, 20);
      expect(line.oldest()).toBeLessThanOrEqual(100);
      line.carry(6_250);
      read(line, 6);
      expect(line.oldest()).toBeLessThanOrEqual(6_000);
      read(line, 30);
      expect(line.oldest()).toBeLessThanOrEqual(2_000);
      line.carry(1e7);
      read(line, 3);
      line.oldest();
      expect(read(line, 10)).toBe(0);
      expect(line.oldest()).toBeLessThanOrEqual(100);
    },
  );

  test('that hundreds of values at once have opened closes within seconds when they end', () => {
    const line = createLine(1e7, 5);
    read(line, 5, 60_000);
    expect(room()).toBeGreaterThanOrEqual(60_000);
    read(line, 10);
    line.carry(6_250);
    read(line, 6);
    expect(line.oldest()).toBeLessThanOrEqual(6_000);
  });

  test('holds little more than a second of a line that has no more to give', () => {
    const line = createLine(50_000, 20);
    read(line, 30);
    line.oldest();
    read(line, 60);
    expect(line.oldest()).toBeLessThanOrEqual(1_500);
  });

  test('opens for a reader whose answers come to take longer', () => {
    read(createLine(1e7, 5), 10);
    const line = createLine(1e7, 150);
    read(line, 60);
    expect(read(line, 10)).toBe(0);
  });
});

describe('a probe', () => {
  test('is not due behind a few kilobytes, nor behind less than half a window while another one is new', () => {
    inFlight.wrote(4_000);
    clock.advance(60_000);
    expect(inFlight.isProbeDue(clock)).toBe(false);
    expect(inFlight.isProbeDue(clock, 100)).toBe(true);
    inFlight.wrote(100);
    inFlight.probe(clock);
    expect(inFlight.isProbeDue(clock, FIRST_WINDOW_BYTES / 2 - 1)).toBe(false);
    expect(inFlight.isProbeDue(clock, FIRST_WINDOW_BYTES / 2)).toBe(true);
    clock.advance(1_000);
    expect(inFlight.isProbeDue(clock, 4_096)).toBe(true);
  });

  test.each([
    { name: 'once a second for a client that gets 16 KB in it', bytes: 800, least: 9, most: 11 },
    { name: 'seven times for one that gets 122 KB', bytes: 6_250, least: 60, most: 75 },
  ])('is due $name', ({ bytes, least, most }) => {
    const line = createLine(1e7, 5);
    read(line, 2, bytes);
    const before = line.probes();
    read(line, 10, bytes);
    expect(line.probes() - before).toBeGreaterThanOrEqual(least);
    expect(line.probes() - before).toBeLessThanOrEqual(most);
  });

  test('is not due any more where thirty-two of them have no answer', () => {
    for (let count = 0; count < 40; count++) write(100_000);
    expect(inFlight.probes()).toBe(32);
  });

  test('that is answered with those before it counts for all of them', () => {
    write(10_000);
    write(20_000);
    write(30_000);
    expect(inFlight.probes()).toBe(3);
    inFlight.answered(clock, 2);
    expect([inFlight.probes(), inFlight.arrivedBytes()]).toEqual([1, 30_000]);
    inFlight.answered(clock, 2);
    expect([inFlight.probes(), inFlight.arrivedBytes()]).toEqual([1, 30_000]);
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
