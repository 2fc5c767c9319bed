import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  ASK_AGAIN_MS,
  createReach,
  DOUBT_MS,
  type Reach,
  TENTH_MS,
  TENTHS,
} from '../../../src/adapters/sql/reach.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

/** The promise of docs/operations.md for an outage of Postgres. */
const PROMISED_MS = 3_000;
const QUESTION_MS = TENTHS * TENTH_MS;
const REFUSED = { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) };

let clock: ManualClock;
let reach: Reach;
/** Each question to the server, in order; it is under way until the test answers it. */
let questions: PromiseWithResolvers<void>[];
const log = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };

beforeEach(() => {
  jest.clearAllMocks();
  clock = createManualClock('2026-01-05T15:00:00Z');
  questions = [];
  reach = createReach({
    clock,
    log,
    ask() {
      const question = Promise.withResolvers<void>();
      questions.push(question);
      return question.promise;
    },
  });
});

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function advance(ms: number): Promise<void> {
  clock.advance(ms);
  await endOfTurn();
}
/** A statement that is under way until the test ends it, and its outcome. */
function statement() {
  const work = Promise.withResolvers<string>();
  const outcome: { now: unknown } = { now: 'waits' };
  reach.wait(work.promise).then(
    (result) => Object.assign(outcome, { now: result }),
    (error: unknown) => Object.assign(outcome, { now: error }),
  );
  return { work, outcome };
}
/** A statement that waited for a server that accepts no connection. */
async function outage(): Promise<void> {
  const { outcome } = statement();
  await advance(DOUBT_MS);
  await advance(QUESTION_MS);
  expect(outcome.now).toMatchObject(REFUSED);
}

describe('a statement without an answer', () => {
  test('is refused when the server has accepted no connection for its time, and not before: within the promise', async () => {
    const { outcome } = statement();
    await advance(DOUBT_MS - 1);
    expect(questions).toHaveLength(0);
    await advance(1);
    expect(questions).toHaveLength(1);
    await advance(QUESTION_MS - 1);
    expect([outcome.now, reach.problem()]).toEqual(['waits', null]);
    await advance(1);
    expect(outcome.now).toMatchObject(REFUSED);
    expect(clock.now() - Date.parse('2026-01-05T15:00:00Z')).toBeLessThan(PROMISED_MS);
  });

  test('is refused at once when the server refuses the connection', async () => {
    const { outcome } = statement();
    await advance(DOUBT_MS);
    questions[0]!.reject(new Error('refused'));
    await endOfTurn();
    expect(outcome.now).toMatchObject(REFUSED);
  });

  test('is waited for as long as the server accepts connections', async () => {
    const { work, outcome } = statement();
    for (let round = 1; round <= 10; round++) {
      await advance(DOUBT_MS);
      expect(questions).toHaveLength(round);
      questions.at(-1)!.resolve();
      await endOfTurn();
    }
    work.resolve('a slow result');
    await endOfTurn();
    expect([outcome.now, reach.problem(), clock.pending()]).toEqual(['a slow result', null, 0]);
  });

  test('is refused within the promise also when the server goes away right after an answer', async () => {
    const { outcome } = statement();
    await advance(DOUBT_MS);
    questions[0]!.resolve();
    await endOfTurn();
    const awaySince = clock.now();
    await advance(DOUBT_MS);
    await advance(QUESTION_MS);
    expect(outcome.now).toMatchObject(REFUSED);
    expect(clock.now() - awaySince).toBeLessThan(PROMISED_MS);
  });

  test('shares its question with all others that wait', async () => {
    const statements = Array.from({ length: 20 }, statement);
    await advance(DOUBT_MS);
    await advance(QUESTION_MS);
    for (const { outcome } of statements) expect(outcome.now).toMatchObject(REFUSED);
    expect(questions).toHaveLength(1);
  });

  test('is not refused for the time in which this process was busy', async () => {
    const { work, outcome } = statement();
    await advance(DOUBT_MS);
    // Ten seconds in one turn are one tick.
    clock.stall(10_000);
    await endOfTurn();
    await advance((TENTHS - 2) * TENTH_MS);
    expect(outcome.now).toBe('waits');
    questions[0]!.resolve();
    work.resolve('a result');
    await endOfTurn();
    expect([outcome.now, reach.problem()]).toEqual(['a result', null]);
  });
});

test('a statement that is answered in time asks the server nothing', async () => {
  const { work, outcome } = statement();
  await advance(DOUBT_MS - 1);
  work.resolve('a result');
  await endOfTurn();
  await advance(60_000);
  expect([outcome.now, questions.length, clock.pending()]).toEqual(['a result', 0, 0]);
});

test('a caller that had no answer is a reason to ask at once', async () => {
  reach.doubt();
  expect(questions).toHaveLength(1);
  questions[0]!.reject(new Error('refused'));
  await endOfTurn();
  expect(reach.problem()).toMatchObject(REFUSED);
});

describe('a server that is away', () => {
  test('is a problem that each next statement finds without waiting, until it is asked again and answers', async () => {
    await outage();
    expect(reach.problem()).toMatchObject(REFUSED);
    await advance(ASK_AGAIN_MS - 1);
    expect(questions).toHaveLength(1);
    await advance(1);
    expect(questions).toHaveLength(2);
    questions[1]!.reject(new Error('refused'));
    await endOfTurn();
    expect(reach.problem()).toMatchObject(REFUSED);
    await advance(ASK_AGAIN_MS);
    questions[2]!.resolve();
    await endOfTurn();
    expect(reach.problem()).toBeNull();
    await advance(60_000);
    expect([questions.length, clock.pending()]).toEqual([3, 0]);
  });

  test('is asked no more often for the doubts of its callers', async () => {
    await outage();
    reach.doubt();
    expect(questions).toHaveLength(1);
  });

  test('is logged once, and once when it is back', async () => {
    await outage();
    await advance(ASK_AGAIN_MS);
    questions[1]!.reject(new Error('refused'));
    await endOfTurn();
    await advance(ASK_AGAIN_MS);
    questions[2]!.resolve();
    await endOfTurn();
    expect([log.error, log.warn].map((logged) => logged.mock.calls.length)).toEqual([1, 1]);
  });

  test('is asked no more after the stop', async () => {
    await outage();
    reach.stop();
    reach.doubt();
    await advance(60_000);
    expect([questions.length, clock.pending()]).toEqual([1, 0]);
  });

  test('is asked no more when the stop finds a question under way', async () => {
    await outage();
    await advance(ASK_AGAIN_MS);
    reach.stop();
    await advance(QUESTION_MS);
    await advance(60_000);
    expect([questions.length, clock.pending()]).toEqual([2, 0]);
  });
});
