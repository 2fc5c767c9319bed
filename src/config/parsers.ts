/** One small parser per kind of value. A problem is the end of a sentence that begins with the variable's name. */

import type { Split } from '../domain/market/splits.ts';
import { hostOf, readUrl } from '../lib/addresses/parts.ts';
import { readPostgresAddress } from '../lib/addresses/postgres-address.ts';
import { isRedisSocket, readRedisAddress } from '../lib/addresses/redis-address.ts';
import { type Decimal, decimal } from '../lib/decimal.ts';
import { isDay } from '../protocol/new-york.ts';
import { DEMO_SOURCE } from '../protocol/signal-sources.ts';
import { sourceSchema } from '../protocol/signals.ts';
import { isStockSymbol } from '../protocol/symbol.ts';

export type Parsed<T> = { readonly value: T } | { readonly problem: string };
/** Receives trimmed text; `''` where the variable is not set and has no default. */
export type Parser<T> = (text: string) => Parsed<T>;

/** Null, which means off, where the variable is not set. */
export const optional =
  <T>(parse: Parser<T>): Parser<T | null> =>
  (text) =>
    text === '' ? { value: null } : parse(text);

export const anyText: Parser<string> = (value) => ({ value });

export const choice =
  <const T extends string>(...choices: readonly T[]): Parser<T> =>
  (text) => {
    const value = choices.find((one) => one === text);
    return value === undefined
      ? { problem: `must be one of ${choices.join(', ')}, not "${text}".` }
      : { value };
  };

export const integer =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return { value };
    return { problem: `must be a whole number from ${min} to ${max}, not "${text}".` };
  };

export const flag: Parser<boolean> = (text) =>
  text === 'true' || text === 'false'
    ? { value: text === 'true' }
    : { problem: `must be true or false, not "${text}".` };

/** Exact: dollars, or a percentage. */
export const amount: Parser<Decimal> = (text) =>
  /^\d{1,12}(\.\d{1,2})?$/.test(text)
    ? { value: decimal(text) }
    : { problem: `must be a plain number with at most two decimals, not "${text}".` };

/** Three of them, comma separated; one alone stands for all. */
export const threeAmounts: Parser<readonly [Decimal, Decimal, Decimal]> = (text) => {
  const parts = text.split(',').map((part) => amount(part.trim()));
  const values = parts.flatMap((part) => ('value' in part ? [part.value] : []));
  const [first, second = first, third = first] = values;
  return values.length === parts.length &&
    values.length !== 2 &&
    values.length <= 3 &&
    first &&
    second &&
    third
    ? { value: [first, second, third] }
    : { problem: `must be one plain number or three, comma separated, not "${text}".` };
};

/**
 * An address with a host. It is a secret where it holds a password, so no problem repeats it. The value has each `%`
 * that begins no escape as `%25`: not every reader of such an address accepts a bare one.
 */
export const url =
  (...schemes: readonly string[]): Parser<string> =>
  (text) => {
    const begins = schemes.map((scheme) => `${scheme}://`);
    if (!begins.some((begin) => text.startsWith(begin)))
      return { problem: `must begin with ${begins.join(' or ')}.` };
    const value = text.replace(/%(?![\da-f]{2})/gi, '%25');
    return hasHost(value)
      ? { value }
      : {
          problem: `must be an address such as ${begins[0]}user:password@host; in a password write # as %23, / as %2F, ? as %3F and @ as %40.`,
        };
  };

/**
 * An address that is cut within its password still parses, with a piece of the password as its port. It shows by the
 * `@` behind the host, or by a fragment.
 */
function hasHost(text: string): boolean {
  const read = readUrl(text);
  if (read === null || !isDecodable(text)) return false;
  const { pathname, search, searchParams } = read;
  // PostgreSQL takes the folder of its Unix socket as a parameter.
  const named = hostOf(read) || searchParams.get('host');
  return Boolean(named) && !text.includes('#') && !`${pathname}${search}`.includes('@');
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** An address of PostgreSQL, whose parameters are checked too. */
export const postgresUrl: Parser<string> = (text) => {
  const parsed = url('postgres', 'postgresql')(text);
  if ('problem' in parsed) return parsed;
  const address = readPostgresAddress(parsed.value);
  return 'problem' in address ? address : parsed;
};

/** An address of Redis: a host, or the file of a Unix socket. */
export const redisUrl: Parser<string> = (text) => {
  const parsed = isRedisSocket(text) ? { value: text } : url('redis', 'rediss', 'unix')(text);
  if ('problem' in parsed) return parsed;
  const address = readRedisAddress(parsed.value);
  return 'problem' in address ? address : parsed;
};

/** An address without a slash at its end, and only where it is complete. */
export const address =
  (...schemes: readonly string[]): Parser<string> =>
  (text) => {
    const isAddress = URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1));
    return isAddress
      ? { value: text.replace(/\/$/, '') }
      : {
          problem: `must be an address that begins with ${schemes.map((one) => `${one}://`).join(' or ')}.`,
        };
  };

/** Comma separated. The values never reach a message. */
export const keys =
  (minLength: number): Parser<readonly string[]> =>
  (text) => {
    const value = text.split(',').map((part) => part.trim());
    return value.every((part) => part.length >= minLength)
      ? { value }
      : { problem: `must have at least ${minLength} characters (each part, where it is a list).` };
  };

/** A sender of signals and one of its secrets. */
export interface SourceSecret {
  readonly source: string;
  readonly secret: string;
}

/**
 * `source:secret`, comma separated; a source may have several. The values never reach a message: a comma within a secret
 * makes a source of its rest.
 */
export const sourceSecrets =
  (minLength: number): Parser<readonly SourceSecret[]> =>
  (text) => {
    const pairs = text.split(',').map((part) => {
      const [source = '', ...secret] = part.trim().split(':');
      return { source, secret: secret.join(':') };
    });
    if (!pairs.every(({ source }) => sourceSchema.safeParse(source).success))
      return {
        problem:
          'must list source:secret, comma separated; a source has small letters, digits, - and _, at most 32.',
      };
    if (pairs.some(({ source }) => source === DEMO_SOURCE))
      return {
        problem: `must not name ${DEMO_SOURCE}: that is the source of the simulated market. Choose another name.`,
      };
    if (!pairs.every(({ secret }) => secret.length >= minLength))
      return { problem: `must have secrets of at least ${minLength} characters.` };
    const owners = new Map(pairs.map(({ source, secret }) => [secret, source]));
    if (pairs.some(({ source, secret }) => owners.get(secret) !== source))
      return { problem: 'must not give two sources the same secret: either could speak for the other.' };
    return { value: pairs };
  };

export const origins: Parser<readonly string[]> = (text) => {
  if (text === '') return { value: [] };
  const parts = text.split(',').map((part) => part.trim());
  const wrong = parts.filter((part) => !isOrigin(part));
  if (wrong.length === 0) return { value: parts.map((part) => new URL(part).origin) };
  // What stands before an `@` may be a password, even with a comma in it.
  const named = text.includes('@')
    ? 'without a user name or password'
    : `not ${wrong.map((part) => `"${part}"`).join(', ')}`;
  return { problem: `must list origins such as https://app.example.com, ${named}.` };
};

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && !search && !hash && !username && !password;
}

export const factor: Parser<number | 'max'> = (text) => {
  if (text === 'max') return { value: 'max' };
  return /^\d+(\.\d+)?$/.test(text) && Number(text) > 0
    ? { value: Number(text) }
    : { problem: `must be a factor above 0 or max, not "${text}".` };
};

const SPLIT = /^(\S+) (\d{4}-\d{2}-\d{2}) (\d{1,6}(?:\.\d{1,6})?):(\d{1,6}(?:\.\d{1,6})?)$/;

/** `AAPL 2026-06-15 4:1`, comma separated; none where it is not set. */
export const splits: Parser<readonly Split[]> = (text) => {
  const parts = text === '' ? [] : text.split(',').map((part) => part.trim());
  const read = parts.flatMap((part) => {
    const [, symbol = '', day = '', to = '', from = ''] = SPLIT.exec(part) ?? [];
    const isSplit = isStockSymbol(symbol) && isDay(day) && Number(to) > 0 && Number(from) > 0;
    return isSplit ? [{ symbol, day, from: Number(from), to: Number(to) }] : [];
  });
  return read.length === parts.length
    ? { value: read }
    : { problem: `must be splits such as "AAPL 2026-06-15 4:1", comma separated, not "${text}".` };
};
