import { expect, test } from '@jest/globals';
import { COMMANDS, EVENTS, isCommand, JOURNAL_EVENTS, replyTo } from '../../src/protocol/events.ts';
import { RATE_LIMITS } from '../../src/protocol/rate-limits.ts';

test('a name means one thing: no command is called like an event, no two states share a topic', () => {
  expect(Object.keys(EVENTS).filter(isCommand)).toEqual([]);
  const topics = Object.values(EVENTS).flatMap((event) => (event.lane === 'state' ? [event.topic] : []));
  expect(new Set(topics).size).toBe(topics.length);
});

test('names that every object has are no commands', () => {
  expect(['constructor', 'toString', '__proto__', 'hasOwnProperty'].filter(isCommand)).toEqual([]);
});

test('every command has its limit in the table that configuration and documents read', () => {
  const { connect, refused, 'address:refused': ofAddress, unknown, ...ofCommands } = RATE_LIMITS;
  expect(ofCommands).toEqual(
    Object.fromEntries(Object.entries(COMMANDS).map(([name, { limit }]) => [name, limit])),
  );
  for (const { points, seconds } of [connect, refused, ofAddress, unknown, ...Object.values(ofCommands)]) {
    expect(points).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
  }
});

test('a subscription is repeated as a reply event, an order is not', () => {
  const ack = { type: 'portfolio', timestamp: '2026-01-02T15:00:00.000Z' } as const;
  expect(replyTo('subscribe:portfolio', ack)).toEqual(['subscription:confirmed', ack]);
  expect(replyTo('unsubscribe:trades', { type: 'trades' })).toEqual([
    'unsubscription:confirmed',
    { type: 'trades' },
  ]);
  expect(replyTo('time:sync', { t0: 1, t1: 2 })).toBeNull();
});

test('the events of the journal are those of the event lane that declare it', () => {
  for (const [name, declaration] of Object.entries(EVENTS)) {
    const isJournaled = declaration.lane === 'event' && declaration.log === 'journal';
    expect([name, JOURNAL_EVENTS.includes(name as never)]).toEqual([name, isJournaled]);
  }
  expect(JOURNAL_EVENTS).toContain('trade:executed');
});
