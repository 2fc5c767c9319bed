import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { BUS_VERSION, MAX_MESSAGE_AHEAD_MS, openEnvelope } from '../../../src/domain/bus/envelope.ts';
import { defineTopic, type TopicOptions } from '../../../src/domain/bus/topic.ts';

const now = 1_000_000_000;
const message = { name: 'a' };
const topicOf = (options: Partial<TopicOptions<{ name: string }>> = {}) =>
  defineTopic<{ name: string }>({
    name: 'test',
    maxAgeMs: 5_000,
    shape: z.looseObject({ name: z.string() }),
    ...options,
  });
const topic = topicOf();
const wrap = (envelope: object = {}) => ({ version: BUS_VERSION, at: now, message, ...envelope });

describe('an envelope from another replica', () => {
  test('is opened as it came, whatever a newer replica adds', () => {
    const newer = { ...message, addedByANewerOne: { deep: [1] } };
    expect(openEnvelope(topic, wrap({ message: newer, alsoNew: true }), now)).toEqual({ message: newer });
  });

  test('is late when it is older than its topic allows', () => {
    expect(openEnvelope(topic, wrap({ at: now - 5_000 }), now)).toEqual({ message });
    expect(openEnvelope(topic, wrap({ at: now - 5_001 }), now)).toEqual({ dropped: 'late' });
  });

  test('is late when it comes from the future, unless its topic allows that', () => {
    const ahead = wrap({ at: now + MAX_MESSAGE_AHEAD_MS });
    const further = wrap({ at: now + MAX_MESSAGE_AHEAD_MS + 1 });
    expect(openEnvelope(topic, ahead, now)).toEqual({ message });
    expect(openEnvelope(topic, further, now)).toEqual({ dropped: 'late' });
    expect(openEnvelope(topicOf({ mayBeAhead: true }), further, now)).toEqual({ message });
  });

  test.each([1, -1])('of another version is not guessed at (%i)', (difference) => {
    const envelope = wrap({ version: BUS_VERSION + difference });
    expect(openEnvelope(topic, envelope, now)).toEqual({ dropped: 'version' });
  });

  test('is malformed when its message does not have the shape, written as a schema or by hand', () => {
    const byHand = topicOf({ shape: (value) => value === 'a' });
    expect(openEnvelope(topic, wrap({ message: { name: 5 } }), now)).toEqual({ dropped: 'malformed' });
    expect(openEnvelope(byHand, wrap({ message: 'b' }), now)).toEqual({ dropped: 'malformed' });
    expect(openEnvelope(byHand, wrap({ message: 'a' }), now)).toEqual({ message: 'a' });
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    ['an array', []],
    ['no version', { at: now, message }],
    ['no time', { version: BUS_VERSION, message }],
    ['a time that is none', { version: BUS_VERSION, at: Number.NaN, message }],
  ])('%s is malformed', (_name, envelope) => {
    expect(openEnvelope(topic, envelope, now)).toEqual({ dropped: 'malformed' });
  });
});
