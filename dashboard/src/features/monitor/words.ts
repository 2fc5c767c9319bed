/** Numbers and words of the wire as the page shows them. An unknown value is a dash. */
import type {
  IncidentKind,
  IncidentPayload,
  MonitorPayload,
  ReplicaState,
} from '../../../../src/protocol/health-payloads.ts';
import type { Tone } from '../../components/badge.tsx';
import { age, decimals, tenths, UNKNOWN } from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import { asWords, entryFor, textFor } from '../../lib/words.ts';

type Maybe = number | null | undefined;
const known = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);

export const count = (value: Maybe): string => decimals(value, 0);
/** Small rates lose their meaning without a decimal. */
export const rate = (value: Maybe): string => (known(value) && value < 10 ? tenths(value) : count(value));
export const milliseconds = (value: Maybe): string => (known(value) ? `${rate(value)} ms` : UNKNOWN);
/** Below a second the number would change with every answer. */
export const ago = (ms: Maybe): string =>
  known(ms) ? (ms < 1_000 ? 'under 1 s ago' : `${age(ms)} ago`) : UNKNOWN;

const KILO = 1_024;
export function bytes(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  if (value < KILO) return `${count(value)} B`;
  return value < KILO * KILO ? `${rate(value / KILO)} KB` : `${rate(value / KILO / KILO)} MB`;
}

/** The name without its first word, which is the same for all. */
export const shortName = (replica: string): string => replica.replace(/^replica-/, '');

interface StateLook {
  readonly word: string;
  readonly tone: Tone;
}
const STATES: Record<ReplicaState, StateLook> = {
  ok: { word: 'Running', tone: 'up' },
  silent: { word: 'Silent', tone: 'down' },
  draining: { word: 'Draining', tone: 'warn' },
};
/** A newer replica may be in a state that this page does not know. */
export const stateLook = (state: ReplicaState): StateLook =>
  entryFor(STATES, state) ?? { word: asWords(state), tone: 'neutral' };

const HEALTH: Record<MonitorPayload['status'], StateLook> = {
  healthy: { word: 'Healthy', tone: 'up' },
  degraded: { word: 'Degraded', tone: 'warn' },
};
export const healthLook = (status: MonitorPayload['status']): StateLook =>
  entryFor(HEALTH, status) ?? { word: asWords(status), tone: 'warn' };

const REDIS: Record<MonitorPayload['redis'], string> = { ok: 'Up', down: 'Down', off: 'Not used' };
export const redisWord = (redis: MonitorPayload['redis']): string => textFor(REDIS, redis);

const INCIDENTS: Record<IncidentKind, (incident: IncidentPayload) => string> = {
  'replica-joined': () => 'joined',
  'replica-draining': () => 'is draining before it stops',
  'replica-left': () => 'left',
  'replica-silent': () => 'stopped sending heartbeats',
  'replica-back': () => 'sends heartbeats again',
  'lease-taken': () => 'is the engine now',
  'feed-changed': () => 'reports that the feed changed',
  'redis-lost': () => 'lost Redis',
  'redis-back': () => 'reached Redis again',
  'database-lost': () => 'lost the database',
  'database-back': () => 'reached the database again',
  'messages-dropped': (incident) => `dropped ${many(incident, 'bus message')}`,
  'messages-failed': (incident) => `could not send ${many(incident, 'bus message')} over Redis`,
  'quotes-dropped': (incident) => `dropped ${many(incident, 'quote message')}`,
  resubscribed: (incident) => `renewed its subscriptions to Redis${times(incident)}`,
  stalled: (incident) => `stalled${times(incident)}`,
  'journal-gaps': (incident) => `filled ${many(incident, 'gap')} from the journal`,
  'slow-consumers': (incident) => `closed ${many(incident, 'connection')} that did not read`,
};
const many = ({ count: number }: IncidentPayload, what: string): string => plural(number, what);
const times = ({ count: number }: IncidentPayload): string =>
  number === 1 ? '' : ` ${plural(number, 'time')}`;

/** What a replica did, to follow its name. A newer replica may report a kind that this page does not know. */
export function sentenceOf(incident: IncidentPayload): string {
  const say = entryFor(INCIDENTS, incident.kind);
  return say
    ? say(incident)
    : `reported an event that this page does not know: “${asWords(incident.kind)}”${times(incident)}`;
}
