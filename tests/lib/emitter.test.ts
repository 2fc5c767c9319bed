import { expect, test } from '@jest/globals';
import { createEmitter } from '../../src/lib/emitter.ts';

test('every listener gets every event, in the order of their subscriptions, until it ends its own', () => {
  const emitter = createEmitter<[name: string, count: number]>();
  const heard: string[] = [];
  const listener = (name: string, count: number): void => void heard.push(`${name} ${count}`);
  const end = emitter.on(listener);
  emitter.on((name) => heard.push(`second ${name}`));
  emitter.emit('a', 1);
  end();
  end();
  emitter.emit('b', 2);
  expect(heard).toEqual(['a 1', 'second a', 'second b']);
});

test('the same function subscribed twice is called twice, and each subscription ends for itself', () => {
  const emitter = createEmitter();
  let calls = 0;
  const listener = (): void => {
    calls += 1;
  };
  const end = emitter.on(listener);
  emitter.on(listener);
  emitter.emit();
  end();
  emitter.emit();
  expect(calls).toBe(3);
});

test('a listener that throws is reported and stops nobody', () => {
  const errors: unknown[] = [];
  const emitter = createEmitter((error) => errors.push(error));
  let calls = 0;
  emitter.on(() => {
    throw new Error('of the listener');
  });
  emitter.on(() => {
    calls += 1;
  });
  emitter.emit();
  expect([calls, errors]).toEqual([1, [new Error('of the listener')]]);
});

test('without a reporter the error reaches the emitter', () => {
  const emitter = createEmitter();
  emitter.on(() => {
    throw new Error('of the listener');
  });
  expect(() => emitter.emit()).toThrow('of the listener');
});
