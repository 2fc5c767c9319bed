import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLinkWatch, ECHO_TIMEOUT_MS, type LinkWatch } from '../../../src/domain/bus/link-watch.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
let link: LinkWatch;
let changes: string[];
const renew = jest.fn();
const log = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };

beforeEach(() => {
  jest.clearAllMocks();
  clock = createManualClock('2026-01-05T15:00:00Z');
  link = createLinkWatch({ clock, log, renew });
  changes = [];
  link.onChange((state) => changes.push(state));
  link.start();
});

/** A heartbeat every second, each back after `lagMs`. */
function beat(seconds: number, lagMs = 2): void {
  for (let second = 0; second < seconds; second++) {
    const at = clock.now();
    clock.advance(lagMs);
    link.echoed(at);
    clock.advance(1_000 - lagMs);
  }
}

describe('the watch over the bus', () => {
  test('measures how long our heartbeat is under way, and reports nothing else while it comes back', () => {
    expect(link.lagMs()).toBeNull();
    beat(60, 7);
    expect([link.state(), link.lagMs(), changes]).toEqual(['ok', 7, []]);
    expect(renew).not.toHaveBeenCalled();
  });

  test('is down when none came back for three seconds, and makes the connections anew until one does', () => {
    beat(1);
    clock.advance(ECHO_TIMEOUT_MS - 1_500);
    expect(link.state()).toBe('ok');
    clock.advance(1_000);
    expect([link.state(), link.lagMs()]).toEqual(['down', null]);
    expect(renew).toHaveBeenCalledTimes(1);
    clock.advance(3 * ECHO_TIMEOUT_MS);
    expect(renew).toHaveBeenCalledTimes(4);
    link.echoed(clock.now());
    beat(10);
    expect(changes).toEqual(['down', 'ok']);
    expect(renew).toHaveBeenCalledTimes(4);
    expect([log.warn, log.info].map((logged) => logged.mock.calls.length)).toEqual([1, 1]);
  });

  test('is down at once when a connection is lost, and up only by a heartbeat that was sent since', () => {
    beat(5);
    const before = clock.now();
    clock.advance(1);
    link.lost('refused');
    expect(link.state()).toBe('down');
    link.echoed(before);
    expect(link.state()).toBe('down');
    link.lost('refused');
    link.echoed(clock.now());
    expect(changes).toEqual(['down', 'ok']);
    expect(log.warn).toHaveBeenCalledWith({ reason: 'refused' }, expect.any(String));
  });

  test('does not wait for a clock that was set back to get there again', () => {
    beat(5);
    let offset = 0;
    const now = clock.now;
    Object.assign(clock, { now: () => now() + offset });
    offset = -3_600_000;
    clock.advance(ECHO_TIMEOUT_MS + 1_000);
    expect(link.state()).toBe('down');
    clock.advance(500);
    link.echoed(clock.now());
    expect(link.state()).toBe('ok');
  });

  test('a listener that throws stops neither the watch nor the other listeners', () => {
    const told: string[] = [];
    link.onChange(() => {
      throw new Error('of a listener');
    });
    const end = link.onChange((state) => told.push(state));
    link.lost('refused');
    end();
    link.echoed(clock.now());
    expect([told, changes]).toEqual([['down'], ['down', 'ok']]);
    expect(log.error).toHaveBeenCalledTimes(2);
  });

  test('once stopped it has no timer and reports nothing', () => {
    link.stop();
    link.lost('refused');
    link.echoed(clock.now());
    clock.advance(60_000);
    expect([clock.pending(), changes, renew.mock.calls.length]).toEqual([0, [], 0]);
  });

  test('says why it is down until a heartbeat is back, and a refusal is not forgotten for a missing one', () => {
    beat(1);
    expect(link.problem()).toBeNull();
    link.lost('NOPERM No permissions to access a channel');
    clock.advance(3 * ECHO_TIMEOUT_MS);
    expect(link.problem()).toBe('NOPERM No permissions to access a channel');
    beat(1);
    expect([link.state(), link.problem()]).toEqual(['ok', null]);
    clock.advance(2 * ECHO_TIMEOUT_MS);
    expect(link.problem()).toBe('our heartbeat does not come back');
  });
});
