import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { TradecastError } from '../../protocol/errors.ts';

/** argon2id with 19 MiB, two passes, one lane: the first choice of OWASP's Password Storage Cheat Sheet. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
/** Bytes, as RFC 9106 (section 4) recommends them. */
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** Hashes at the same time: each needs 19 MiB and one of the four threads that files and DNS need too. */
const MAX_PARALLEL = 2;
/** Logins that may wait, about one second of work; more than that is an attack and costs memory. */
const MAX_WAITING = 100;
const RETRY_AFTER_MS = 2_000;

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$tag` in base64 without padding (the PHC string format). */
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})$/;

const argon2id = promisify(argon2);

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly nonce: Buffer;
  readonly tagLength: number;
}

const CURRENT = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES, tagLength: TAG_BYTES };

const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

const format = ({ memory, passes, parallelism, nonce }: Parameters, tag: Buffer): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(nonce)}$${encode(tag)}`;

/** The hash of no password: a check against it lasts as long as a real one. */
const HASH_OF_NO_USER = format({ ...CURRENT, nonce: randomBytes(SALT_BYTES) }, randomBytes(TAG_BYTES));

let running = 0;
const waiting: (() => void)[] = [];

/** Runs at most MAX_PARALLEL at once, in the order of arrival. Throws UNAVAILABLE where too many wait. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_PARALLEL) {
    if (waiting.length >= MAX_WAITING) {
      throw new TradecastError('UNAVAILABLE', 'Too many people sign in right now. Try again in a moment.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    // The next in line inherits the place.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** One password may have other code points on another keyboard; NFKC makes them equal (NIST 800-63B). */
const derive = (password: string, parameters: Parameters): Promise<Buffer> =>
  inTurn(() => argon2id('argon2id', { message: Buffer.from(password.normalize('NFKC')), ...parameters }));

/** Hashes a password for storage. */
export async function hashPassword(password: string): Promise<string> {
  const parameters = { ...CURRENT, nonce: randomBytes(SALT_BYTES) };
  return format(parameters, await derive(password, parameters));
}

/** True where the password is that of `hash`; with null (no such user) false after the same time. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash ?? HASH_OF_NO_USER) ?? [];
  if (!salt || !tag) throw new Error('A stored password hash is not an argon2id PHC string');
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive(password, {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected) && hash !== null;
}
