import { expect, jest, test } from '@jest/globals';
import { createMetrics } from '../../src/metrics/index.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import {
  type AdmissionParts,
  ConnectRefusal,
  createAdmission,
  refusalOf,
} from '../../src/realtime/admission.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** Handshakes whose session cannot be looked up. */
function startHandshakes() {
  const clock = createManualClock('2026-03-02T15:30:00Z');
  const log = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const find = jest.fn<AdmissionParts['sessions']['find']>();
  const admission = createAdmission({
    sessions: { find },
    maxConnectionsPerUser: 1,
    draining: () => false,
    metrics: createMetrics().realtime,
    clock,
    log,
  } as unknown as AdmissionParts);
  const refuseTen = async () => {
    for (let client = 0; client < 10; client++)
      await expect(admission.admit('c1', { sessionId: 'a-session' })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
      });
    return [log.warn.mock.calls.length, log.error.mock.calls.length];
  };
  return { clock, find, refuseTen };
}

test('handshakes refused in an outage of the database are one warning in ten seconds, not an error each', async () => {
  const { clock, find, refuseTen } = startHandshakes();
  find.mockRejectedValue(new TradecastError('UNAVAILABLE', 'The database does not answer right now.'));
  expect(await refuseTen()).toEqual([1, 0]);
  clock.advance(9_999);
  expect(await refuseTen()).toEqual([1, 0]);
  clock.advance(1);
  expect(await refuseTen()).toEqual([2, 0]);
});

test('a handshake that fails by a mistake of ours is an error each time', async () => {
  const { find, refuseTen } = startHandshakes();
  find.mockRejectedValue(new TypeError('a mistake'));
  expect(await refuseTen()).toEqual([0, 10]);
});

test('what is no refusal is logged, and the client is told to come back', () => {
  const error = jest.fn();
  const refusal = new ConnectRefusal('RATE_LIMITED', 'later', true, 5);
  expect(refusalOf(refusal, { error })).toBe(refusal);
  expect(error).not.toHaveBeenCalled();
  const mistake = new TypeError('a mistake');
  expect(refusalOf(mistake, { error })).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(error).toHaveBeenCalledWith({ err: mistake }, 'a handshake failed');
});
