import { z } from 'zod';
import { MAX_SEAL_AGE_MS } from '../bus/seal.ts';
import { defineTopic } from '../bus/topic.ts';
import { type ReplicaStatus, UNREPORTED } from './replica-status.ts';

const finite = z.number();
const count = finite.nonnegative().optional();
/** Those that this version reads are numbers; a newer one may add anything. */
const counts = (names: readonly string[]) =>
  z.looseObject(Object.fromEntries(names.map((name) => [name, finite.optional()])));
const countsLike = (known: object) => counts(Object.keys(known));
/** It is shown to people: no markup, no novels. */
const replicaName = z.string().regex(/^[\w-]{1,64}$/);
/** States are compared with the known ones and shown as they are, so a newer replica's passes. */
const state = z.string().min(1).max(64);

/** Each replica, every second: that it lives, and how it is. */
export const heartbeatTopic = defineTopic<ReplicaStatus>({
  name: 'heartbeat',
  // As long as a seal counts. How a clock that is wrong is found: by it a heartbeat seems old, or from the future. Nothing
  // trusts the time of a heartbeat; one that was really so late shows its replica as alive for some seconds.
  maxAgeMs: MAX_SEAL_AGE_MS,
  mayBeAhead: true,
  isProbe: true,
  shape: z.looseObject({
    replica: replicaName,
    at: finite,
    startedAt: finite,
    version: z.string().max(64).optional(),
    draining: z.boolean().optional(),
    connections: count,
    users: count,
    lease: finite.nullable().optional(),
    leaseSince: finite.nullable().optional(),
    executor: state.optional(),
    feed: z.looseObject({ source: state, state }).nullable().optional(),
    redis: state.optional(),
    database: z.string().max(256).optional(),
    busLagMs: finite.nullable().optional(),
    drops: countsLike(UNREPORTED.drops).optional(),
    recoveries: countsLike(UNREPORTED.recoveries).optional(),
    totals: countsLike(UNREPORTED.totals).optional(),
    latency: counts(['p50', 'p95', 'p99']).nullable().optional(),
    queueBytes: count,
  }),
});
