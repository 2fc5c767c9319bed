import { expect, test } from '@jest/globals';
import { createIncidents, MAX_INCIDENTS } from '../../../src/domain/monitor/incidents.ts';
import { createHeartbeats, engineStatus, type Heartbeats, statusOf } from '../../support/heartbeats.ts';

const { drops, recoveries, totals } = statusOf('nobody');
const feed = (state: 'live' | 'down', detail?: string) =>
  ({ source: 'massive', state, lastTickAgeMs: 10, leader: 'own', ...(detail && { detail }) }) as const;

function watched() {
  const beats = createHeartbeats();
  const incidents = createIncidents(beats);
  incidents.start();
  beats.replicas.start();
  return { beats, incidents, told: () => incidents.all().map(({ kind, replica }) => `${kind} ${replica}`) };
}
const start = ({ clock }: Heartbeats) => clock.now();

test('a replica that was there before is no news; one that joins, drains, falls silent, comes back or leaves is', () => {
  const { beats, told } = watched();
  beats.hear('old');
  beats.hear('new', { startedAt: start(beats) });
  beats.pass(1, { old: {}, new: {} });
  expect(told()).toEqual(['replica-joined new']);
  beats.pass(1, { old: { draining: true }, new: {} });
  beats.pass(7);
  expect(told().slice(0, 3)).toEqual(['replica-left old', 'replica-silent new', 'replica-draining old']);
  beats.pass(2, { new: {} });
  expect(told()[0]).toBe('replica-back new');
  beats.pass(70);
  expect(told().slice(0, 2)).toEqual(['replica-left new', 'replica-silent new']);
});

test('a lease that passes on and a feed, a Redis and a database that change their state are listed with their details', () => {
  const { beats, incidents } = watched();
  beats.own = { feed: feed('live') };
  beats.pass(1, { b: {} });
  beats.own = { feed: feed('down', 'the cable is out') };
  beats.pass(1, { b: { redis: 'down' } });
  beats.own = { lease: null, feed: null };
  const taken = engineStatus('b', { lease: 8, feed: { ...feed('live'), leader: 'b' } });
  beats.pass(1, { b: { ...taken, at: start(beats), redis: 'ok', database: 'cannot be reached' } });
  expect(incidents.all().map(({ kind, replica, detail }) => [kind, replica, detail])).toEqual([
    ['feed-changed', 'b', 'live'],
    ['database-lost', 'b', 'cannot be reached'],
    ['redis-back', 'b', undefined],
    ['lease-taken', 'b', 'number 8'],
    ['redis-lost', 'b', undefined],
    ['feed-changed', 'own', 'down: the cable is out'],
  ]);
});

test('counters that rise are listed with the difference; a repetition within a minute counts up', () => {
  const { beats, incidents } = watched();
  beats.pass(1, { b: { drops: { ...drops, late: 2, failed: 9 } } });
  expect(incidents.all()).toEqual([]);
  beats.pass(1, {
    b: {
      drops: { late: 5, malformed: 1, version: 0, refused: 0, failed: 10, quotes: 4 },
      recoveries: { journalGaps: 1, resubscribed: 1, stalls: 1 },
      totals: { ...totals, slowConsumers: 2 },
    },
  });
  expect(
    incidents
      .all()
      .map(({ kind, count, detail }) => [kind, count, detail])
      .reverse(),
  ).toEqual([
    ['messages-dropped', 4, 'late, malformed'],
    ['messages-failed', 1, undefined],
    ['quotes-dropped', 4, undefined],
    ['resubscribed', 1, undefined],
    ['stalled', 1, undefined],
    ['journal-gaps', 1, undefined],
    ['slow-consumers', 2, undefined],
  ]);
  const before = incidents.all().find(({ kind }) => kind === 'stalled');
  beats.pass(1, { b: { recoveries: { ...recoveries, stalls: 3 } } });
  expect(incidents.all()[0]).toMatchObject({ kind: 'stalled', count: 3, at: before?.at });
  expect(Date.parse(incidents.all()[0]!.lastAt) - Date.parse(before!.at)).toBe(1_000);
  beats.pass(61, { b: { recoveries: { ...recoveries, stalls: 3 } } });
  beats.pass(1, { b: { recoveries: { ...recoveries, stalls: 4 } } });
  expect(incidents.all()[0]).toMatchObject({ kind: 'stalled', count: 1 });
});

test('the list is bounded and includes what others remember, but not what is known already', () => {
  const { beats, incidents } = watched();
  beats.hear('b', { startedAt: start(beats) });
  const [joined] = incidents.all();
  const ago = (seconds: number) => new Date(start(beats) - seconds * 1_000).toISOString();
  incidents.merge([
    { ...joined!, at: ago(2), lastAt: ago(2) },
    { kind: 'lease-taken', replica: 'z', at: ago(300), lastAt: ago(300), count: 1, detail: 'number 6' },
  ]);
  expect(incidents.all().map(({ kind }) => kind)).toEqual(['replica-joined', 'lease-taken']);
  for (let replica = 0; replica < 60; replica++) beats.hear(`r${replica}`, { startedAt: start(beats) });
  expect(incidents.all()).toHaveLength(MAX_INCIDENTS);
});
