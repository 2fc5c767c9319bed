import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Refusal } from './refusals.ts';
import { createReplayWindow } from './replay-window.ts';

/**
 * Shows that a message comes from a replica of this service, and for the first time. A sealed message is one line of
 * ASCII and the body: `TS1 <sender> <number> <time> <key> <HMAC-SHA256>`. The HMAC covers the prefix of the service,
 * the channel, sender, number, time and the body, so a message counts in its place only.
 */
export interface Seal {
  close(channel: string, body: string | Buffer): Buffer;
  open(channel: string, message: Buffer): Opened;
  /**
   * What a message says of itself, unproven: enough to leave it unopened, never to believe it. Null where it has no seal.
   */
  look(message: Buffer): { readonly body: Buffer; readonly isOwn: boolean } | null;
}
export type Opened = { readonly body: Buffer; readonly isOwn: boolean } | { readonly refused: Refusal };

export interface SealParts {
  readonly prefix: string;
  /** The first seals, each of them opens; read at the first message. */
  readonly secrets: () => readonly string[];
  readonly clock: Clock;
}

const NAME = 'TS1';
const BEGIN = Buffer.from(`${NAME} `);
/** A number or a time; larger ones are not exact. */
const MAX_DIGITS = 15;
const HEAD = new RegExp(
  `^${NAME} ([\\w-]{22}) (\\d{1,${MAX_DIGITS}}) (\\d{1,${MAX_DIGITS}}) ([\\da-f]{8}) ([\\w-]{43})\\n`,
);
const headOf = (message: Buffer): RegExpExecArray | null =>
  HEAD.exec(message.toString('latin1', 0, SEAL_BYTES));
/** The longest head. */
export const SEAL_BYTES = NAME.length + 22 + 2 * MAX_DIGITS + 8 + 43 + 6;

/**
 * The clocks of two replicas may differ by less than this. It bounds what a receiver that has just started, and knows no
 * numbers yet, can be shown a second time; each topic has a shorter limit of its own.
 */
export const MAX_SEAL_AGE_MS = 60_000;

export const isSealed = (message: Buffer): boolean =>
  message.compare(BEGIN, 0, BEGIN.length, 0, Math.min(BEGIN.length, message.length)) === 0;

export function createSeal({ prefix, secrets, clock }: SealParts): Seal {
  // Another name at each start: numbers begin anew.
  const self = randomBytes(16).toString('base64url');
  // A message from the future is in time for twice as long.
  const arrived = createReplayWindow(2 * MAX_SEAL_AGE_MS);
  let keys: ReturnType<typeof toKeys> | null = null;
  let last = 0;

  const sign = (key: KeyObject, channel: string, head: SealHead, body: Buffer): Buffer =>
    createHmac('sha256', key)
      .update(`${JSON.stringify([NAME, prefix, channel, head.sender, head.number, head.at])}\n`)
      .update(body)
      .digest();

  return {
    close(channel, text) {
      const body = typeof text === 'string' ? Buffer.from(text) : text;
      keys ??= toKeys(secrets());
      const { id, key } = keys.signing;
      last += 1;
      const head = { sender: self, number: last, at: Math.round(clock.now()) };
      const mac = sign(key, channel, head, body).toString('base64url');
      const line = Buffer.from(`${NAME} ${self} ${head.number} ${head.at} ${id} ${mac}\n`);
      return Buffer.concat([line, body]);
    },
    look(message) {
      const [line, sender] = headOf(message) ?? [];
      return line === undefined ? null : { body: message.subarray(line.length), isOwn: sender === self };
    },
    open(channel, message) {
      const found = headOf(message);
      if (!found) return { refused: 'unsigned' };
      const [line, sender, number, at, id, mac] = found as unknown as HeadMatch;
      keys ??= toKeys(secrets());
      const key = keys.byId.get(id);
      if (!key) return { refused: 'unlisted' };
      const head = { sender, number: Number(number), at: Number(at) };
      const body = message.subarray(line.length);
      if (!timingSafeEqual(sign(key, channel, head, body), Buffer.from(mac, 'base64url'))) {
        return { refused: 'forged' };
      }
      const now = clock.now();
      if (!(Math.abs(now - head.at) <= MAX_SEAL_AGE_MS)) return { refused: 'outdated' };
      if (!arrived.admit(sender, head.number, now)) return { refused: 'replayed' };
      return { body, isOwn: sender === self };
    },
  };
}

interface SealHead {
  readonly sender: string;
  readonly number: number;
  readonly at: number;
}
type HeadMatch = readonly [
  line: string,
  sender: string,
  number: string,
  at: string,
  keyId: string,
  mac: string,
];

/** Keys of their own, so that a seal says nothing about the secret's other uses; listed by the beginning of a hash. */
function toKeys(secrets: readonly string[]) {
  const listed = secrets.map((secret) => {
    const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'tradecast bus', 32));
    const id = createHmac('sha256', bytes).update('id').digest('hex').slice(0, 8);
    return { id, key: createSecretKey(bytes) };
  });
  const [signing] = listed;
  if (!signing) throw new Error('there is no secret for messages between replicas');
  return { signing, byId: new Map(listed.map(({ id, key }) => [id, key])) };
}
