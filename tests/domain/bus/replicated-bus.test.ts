import { beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import type { Bus } from '../../../src/domain/bus/bus.ts';
import { BUS_VERSION } from '../../../src/domain/bus/envelope.ts';
import { createReplicatedBus } from '../../../src/domain/bus/replicated-bus.ts';
import { defineTopic } from '../../../src/domain/bus/topic.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const priceTopic = defineTopic<{ readonly price: number }>({
  name: 'price',
  maxAgeMs: 1_000,
  shape: z.looseObject({ price: z.number() }),
});

const clock = createManualClock('2026-01-05T15:00:00Z');
let bus: Bus;
let receive: (name: string, envelope: unknown) => void;
let sent: [name: string, envelope: unknown][];
let counted: string[];
beforeEach(() => {
  sent = [];
  counted = [];
  bus = createReplicatedBus({
    local: createLocalBus(silentLog),
    lines: [
      {
        send: (topic, envelope) => void sent.push([topic.name, envelope]),
        onReceive(listener) {
          receive = listener;
        },
      },
    ],
    topics: [priceTopic],
    count: (what) => void counted.push(what),
    clock,
  });
});

test('a message reaches the listeners of this process in the same turn, and leaves in an envelope', () => {
  const received: number[] = [];
  const end = bus.subscribe(priceTopic, ({ price }) => received.push(price));
  bus.publish(priceTopic, { price: 5 });
  end();
  bus.publish(priceTopic, { price: 6 });
  expect(received).toEqual([5]);
  const envelope = { version: BUS_VERSION, at: clock.now(), message: { price: 5 } };
  expect(sent).toEqual([
    ['price', envelope],
    ['price', { ...envelope, message: { price: 6 } }],
  ]);
});

test('what arrives reaches the listeners here and is not sent on', () => {
  const received: number[] = [];
  bus.subscribe(priceTopic, ({ price }) => received.push(price));
  receive('price', { version: BUS_VERSION, at: clock.now(), message: { price: 7 } });
  expect([received, sent, counted]).toEqual([[7], [], []]);
});

test.each(['toString', '__proto__', 'constructor', 'connection', 'sentiment'])(
  'the name %s is no topic of this version and is counted',
  (name) => {
    receive(name, { version: BUS_VERSION, at: clock.now(), message: { price: 7 } });
    expect(counted).toEqual(['version']);
  },
);

test('a topic that is not in the list has no listeners: it would never arrive from another replica', () => {
  const unlisted = defineTopic<object>({ name: 'unlisted', maxAgeMs: 1_000, shape: z.looseObject({}) });
  expect(() => bus.subscribe(unlisted, () => {})).toThrow('unlisted');
});

test('the topic decides the type of its messages', () => {
  // @ts-expect-error a price is a number
  bus.publish(priceTopic, { price: '5' });
  // @ts-expect-error a price is needed
  bus.publish(priceTopic, {});
  // @ts-expect-error there is no such field
  bus.subscribe(priceTopic, ({ amount }) => amount);
  expect(sent).toHaveLength(2);
});
