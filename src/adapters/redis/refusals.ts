import type { RedisAddress } from '../../lib/addresses/redis-address.ts';
import { whereOf } from './place.ts';

/** First words of Redis for a state that passes: such a Redis is away, and is found again by itself. */
const PASSING = [
  'LOADING',
  'BUSY',
  'OOM',
  'READONLY',
  'MISCONF',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'NOREPLICAS',
  'NOSCRIPT',
  'UNBLOCKED',
];

/** Whether Redis answered, and its answer was no. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'ReplyError';

/** Why Redis could not be used, in its own words, without a full stop. */
export const reasonOf = (error: Error): string =>
  (error.message || (error as { code?: string }).code || 'no reason given').replace(/\.$/, '');

/** Redis' words for a right that the user lacks, also from within a script. */
const NO_RIGHT = /^NOPERM|ACL failure in script|can't run this command/;

/** Whether the user may not do it; other refusals say nothing of the user. */
export const lacksRight = (error: unknown): boolean => isRefusal(error) && NO_RIGHT.test(error.message);

/** What to change in an address that says the wrong thing about TLS. */
export function speechSentence(address: RedisAddress): string {
  const where = `Redis at ${whereOf(address)} (REDIS_URL)`;
  return address.tls === null
    ? `${where} speaks TLS: begin REDIS_URL with rediss:// instead of redis://.`
    : `${where} speaks no TLS: begin REDIS_URL with redis:// instead of rediss://, without ssl= and tls=.`;
}

/** A right and how to give it. */
export interface Right {
  /** What is asked of Redis. */
  readonly what: string;
  /** For `ACL SETUSER <user>`. */
  readonly grant: string;
}

/**
 * One sentence for what a person must put right before the service can use this Redis; null where it is away for now.
 */
export function sentenceOf(error: Error, address: RedisAddress, right: Right | null): string | null {
  const where = `Redis at ${whereOf(address)} (REDIS_URL)`;
  const { code = '' } = error as { code?: string };
  if (/CERT|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code))
    return `The certificate of ${where} is not trusted (${code}): add ssl_ca_certs=/path/to/ca.pem to REDIS_URL, or ssl_cert_reqs=none to encrypt without verifying it.`;
  if (/wrong version number|packet length too long/i.test(error.message)) return speechSentence(address);
  if (code === 'EACCES')
    return `${where} may not be opened by this process: change the rights of the socket file.`;
  if (!isRefusal(error)) return null;
  const { message } = error;
  const first = /^[A-Z]+/.exec(message)?.[0] ?? '';
  if (PASSING.includes(first) || /max number of clients/.test(message)) return null;
  return refusalOf(first, message, where, address, right);
}

function refusalOf(
  first: string,
  message: string,
  where: string,
  { user, database }: RedisAddress,
  right: Right | null,
): string {
  const name = user ?? 'default';
  const said = message.replace(/\.$/, '');
  if (first === 'NOAUTH')
    return `${where} asks for a password, and REDIS_URL has none: redis://user:password@host.`;
  if (first === 'WRONGPASS' || /invalid password/i.test(message))
    return `${where} refuses the password of the user "${name}". In a password write # as %23, % as %25, / as %2F, ? as %3F and @ as %40.`;
  if (first === 'DENIED')
    return `${where} is in protected mode: set a password there, and put it into REDIS_URL.`;
  if (/DB index|SELECT is not allowed/i.test(message))
    return `${where} has no database ${database} (${said}): use /0 in REDIS_URL, and REDIS_PREFIX to tell services apart.`;
  if (['MOVED', 'CROSSSLOT', 'ASK'].includes(first))
    return `${where} is a cluster, which the service cannot use: give the address of a Redis with cluster mode off.`;
  if (/unknown command/i.test(message))
    return `${where} lacks a command that the service needs (${said}): it is renamed or switched off there.`;
  const missing = NO_RIGHT.test(message) ? (right ?? rightIn(message)) : null;
  if (missing === null) return `${where} refuses ${right?.what ?? 'the service'}: ${said}.`;
  return `${where} refuses ${missing.what} to the user "${name}" (${said}): run ACL SETUSER ${name} ${missing.grant}`;
}

/** As Redis names it: "has no permissions to run the 'select' command". */
function rightIn(message: string): Right | null {
  const command = /run the '([a-z|]+)' command/i.exec(message)?.[1];
  return command === undefined ? null : { what: command.toUpperCase(), grant: `+${command}` };
}
