import type { FeedHealth, MonitorPayload, MonitorReplica } from '../../../src/protocol/health-payloads.ts';

export const replicaOf = (name: string, told: Partial<MonitorReplica> = {}): MonitorReplica => ({
  replica: `replica-${name}`,
  version: '0.1.0',
  state: 'ok',
  ageMs: 300,
  connections: 500,
  users: 400,
  uptime: 7_400,
  lease: null,
  redis: 'ok',
  database: 'ok',
  busLagMs: 0.6,
  drops: { late: 0, malformed: 0, version: 0, refused: 0, failed: 0, quotes: 0 },
  recoveries: { journalGaps: 0, resubscribed: 0, stalls: 0 },
  latency: { p50: 4, p95: 10, p99: 20 },
  rates: { in: 4, out: 20, quotes: 4_000, orders: 1, hooks: 0 },
  queueBytes: 0,
  ...told,
});

const FEED: FeedHealth = { source: 'simulated', state: 'live', lastTickAgeMs: 40, leader: 'replica-a1' };

export const MONITOR: MonitorPayload = {
  timestamp: '2026-11-20T15:00:00.000Z',
  status: 'healthy',
  problems: [],
  connections: 1_284,
  uniqueUsers: 977,
  uniqueUsersExact: true,
  replica: 'replica-b2',
  replicas: [
    replicaOf('a1', { lease: 7, connections: 700 }),
    replicaOf('b2', {
      drops: { late: 3, malformed: 0, version: 0, refused: 0, failed: 0, quotes: 2 },
      recoveries: { journalGaps: 1, resubscribed: 0, stalls: 0 },
    }),
    replicaOf('c3', {
      state: 'silent',
      ageMs: 12_400,
      connections: 20,
      users: 20,
      redis: 'down',
      database: 'does not answer',
      busLagMs: null,
      latency: null,
      rates: null,
    }),
  ],
  feed: FEED,
  feeds: {
    stocks: { ...FEED, connected: true, subscribed: 12 },
    options: { ...FEED, connected: true, subscribed: 240 },
  },
  redis: 'ok',
  offExchange: null,
  database: 'ok',
  latency: { p50: 4.21, p95: 11, p99: 24 },
  lease: { holder: 'replica-a1', number: 7, since: '2026-11-20T13:00:00.000Z' },
  rates: { in: 8, out: 40, quotes: 8_000, orders: 1.5, hooks: 0 },
  lanes: {
    state: { quotes: 1_000_000, conflated: 120, slowConsumers: 2, queueBytes: 2_048 },
    event: { events: 5_000, journalGaps: 1, heads: 900 },
  },
  history: {
    from: '2026-11-20T14:59:00.000Z',
    everyMs: 10_000,
    connections: [null, 1_190, 1_200, null, 1_280, 1_284, 1_284],
  },
  incidents: [
    {
      kind: 'messages-dropped',
      replica: 'replica-b2',
      at: '2026-11-20T14:57:00.000Z',
      lastAt: '2026-11-20T14:57:20.000Z',
      count: 3,
      detail: 'late',
    },
    {
      kind: 'lease-taken',
      replica: 'replica-a1',
      at: '2026-11-20T13:00:00.000Z',
      lastAt: '2026-11-20T13:00:00.000Z',
      count: 1,
      detail: 'number 7',
    },
  ],
};
