import { expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { createLifecycle, type Part, StartCancelledError } from '../../src/app/part.ts';

/** Parts that note what happens to them; what `fails` names throws. */
function recorded(names: readonly string[], fails: readonly string[] = []) {
  const steps: string[] = [];
  const step = (name: string) => async (): Promise<void> => {
    steps.push(name);
    if (fails.includes(name)) throw new Error(name);
  };
  const parts = names.map(
    (name): Part => ({
      name,
      start: step(`start ${name}`),
      drain: step(`drain ${name}`),
      stop: step(`stop ${name}`),
    }),
  );
  return { steps, lifecycle: createLifecycle(parts, silentLog) };
}

test('parts start in order, all drain before the first one stops, and they stop in reverse', async () => {
  const { steps, lifecycle } = recorded(['a', 'b']);
  await lifecycle.start();
  await lifecycle.drain();
  await lifecycle.stop();
  expect(steps).toEqual(['start a', 'start b', 'drain a', 'drain b', 'stop b', 'stop a']);
});

test('after a start that failed only the parts that did start are stopped', async () => {
  const { steps, lifecycle } = recorded(['a', 'b', 'c'], ['start b']);
  await expect(lifecycle.start()).rejects.toThrow('start b');
  await lifecycle.drain();
  await lifecycle.stop();
  expect(steps).toEqual(['start a', 'start b', 'drain a', 'stop a']);
});

test('a part that fails to drain or to stop does not keep the others open', async () => {
  const { steps, lifecycle } = recorded(['a', 'b'], ['drain a', 'stop b']);
  await lifecycle.start();
  await lifecycle.drain();
  await lifecycle.stop();
  expect(steps.slice(2)).toEqual(['drain a', 'drain b', 'stop b', 'stop a']);
});

test('stopping twice stops each part once', async () => {
  const { steps, lifecycle } = recorded(['a']);
  await lifecycle.start();
  await lifecycle.stop();
  await lifecycle.stop();
  expect(steps).toEqual(['start a', 'stop a']);
});

test('a stop during the start lets the part that is starting finish, and starts no other', async () => {
  const { steps, lifecycle } = recorded(['a', 'b']);
  const starting = lifecycle.start();
  lifecycle.cancel();
  await expect(starting).rejects.toThrow(StartCancelledError);
  await lifecycle.drain();
  await lifecycle.stop();
  expect(steps).toEqual(['start a', 'drain a', 'stop a']);
});

test('a part that starts when the stop comes is told, and may end at once', async () => {
  let end = (): void => {};
  const slow: Part = {
    name: 'slow',
    start: () => new Promise<void>((_resolve, reject) => (end = () => reject(new Error('aborted')))),
    cancel: () => end(),
  };
  const steps: string[] = [];
  const quick: Part = { name: 'quick', cancel: () => void steps.push('cancel quick') };
  const lifecycle = createLifecycle([quick, slow], silentLog);
  const starting = lifecycle.start();
  await Promise.resolve();
  await Promise.resolve();
  lifecycle.cancel();
  await expect(starting).rejects.toThrow(StartCancelledError);
  // What has started already is stopped, not cancelled.
  expect(steps).toEqual([]);
});

test('what fails while the start is cancelled is no reason of its own', async () => {
  const { steps, lifecycle } = recorded(['a', 'b'], ['start a']);
  const starting = lifecycle.start();
  lifecycle.cancel();
  await expect(starting).rejects.toThrow(StartCancelledError);
  await lifecycle.stop();
  expect(steps).toEqual(['start a']);
});
