/** What the numbers and words of the wire are called on the page. What is not known is a dash. */
import type {
  IncidentKind,
  IncidentPayload,
  MonitorPayload,
  ReplicaState,
} from '../../../../src/protocol/health-payloads.ts';
import type { Tone } from '../../components/badge.tsx';
import { age, UNKNOWN } from '../../lib/format.ts';

type Maybe = number | null | undefined;
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const known = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);

export const count = (value: Maybe): string => (known(value) ? whole.format(value) : UNKNOWN);
/** Small rates lose their meaning without a decimal. */
export const rate = (value: Maybe): string =>
  known(value) ? (value < 10 ? tenths : whole).format(value) : UNKNOWN;
export const milliseconds = (value: Maybe): string =>
  known(value) ? `${(value < 10 ? tenths : whole).format(value)} ms` : UNKNOWN;
/** Below a second the number would be another at every look. */
export const ago = (ms: Maybe): string =>
  known(ms) ? (ms < 1_000 ? 'under 1 s ago' : `${age(ms)} ago`) : UNKNOWN;

const KILO = 1_024;
export function bytes(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  if (value < KILO) return `${count(value)} B`;
  return value < KILO * KILO ? `${rate(value / KILO)} KB` : `${rate(value / KILO / KILO)} MB`;
}

/** A random name of six digits, of which the first word is always the same. */
export const shortName = (replica: string): string => replica.replace(/^replica-/, '');

export const STATES: Record<ReplicaState, { readonly word: string; readonly tone: Tone }> = {
  ok: { word: 'Running', tone: 'up' },
  silent: { word: 'Silent', tone: 'down' },
  draining: { word: 'Draining', tone: 'warn' },
};

export const REDIS: Record<MonitorPayload['redis'], string> = { ok: 'Up', down: 'Away', off: 'Not used' };

const INCIDENTS: Record<IncidentKind, (incident: IncidentPayload) => string> = {
  'replica-joined': () => 'joined',
  'replica-draining': () => 'was told to stop and drains',
  'replica-left': () => 'is gone',
  'replica-silent': () => 'fell silent',
  'replica-back': () => 'is heard again',
  'lease-taken': () => 'is the engine now',
  'feed-changed': () => 'says that the feed changed',
  'redis-lost': () => 'lost Redis',
  'redis-back': () => 'has Redis again',
  'database-lost': () => 'lost the database',
  'database-back': () => 'has the database again',
  'messages-dropped': (told) => `dropped ${many(told, 'bus message')}`,
  'messages-failed': (told) => `could not send ${many(told, 'bus message')} over Redis`,
  'quotes-dropped': (told) => `dropped ${many(told, 'message')} of quotes`,
  resubscribed: (told) => `subscribed to Redis again${times(told)}`,
  stalled: (told) => `stood still${times(told)}`,
  'journal-gaps': (told) => `filled ${many(told, 'hole')} from the journal`,
  'slow-consumers': (told) => `closed ${many(told, 'connection')} that did not read`,
};
const many = ({ count: number }: IncidentPayload, what: string): string =>
  `${count(number)} ${what}${number === 1 ? '' : 's'}`;
const times = ({ count: number }: IncidentPayload): string => (number === 1 ? '' : ` ${count(number)} times`);

/** Of a kind that this page does not know yet, the word itself. */
export const sentenceOf = (incident: IncidentPayload): string => {
  const say: ((incident: IncidentPayload) => string) | undefined = INCIDENTS[incident.kind];
  return say?.(incident) ?? incident.kind;
};
