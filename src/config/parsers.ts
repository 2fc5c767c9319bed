/** One small parser per kind of value. A problem is the end of a sentence that begins with the variable's name. */
import { type Decimal, decimal } from '../lib/decimal.ts';

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

/** The address is a secret where it holds a password, so no problem repeats it. */
export const url =
  (...schemes: readonly string[]): Parser<string> =>
  (text) => {
    const begins = schemes.map((scheme) => `${scheme}://`);
    return begins.some((begin) => text.startsWith(begin))
      ? { value: text }
      : { problem: `must begin with ${begins.join(' or ')}.` };
  };

/** The same without a slash at its end, and only where it is complete. */
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

export const origins: Parser<readonly string[]> = (text) => {
  if (text === '') return { value: [] };
  const parts = text.split(',').map((part) => part.trim());
  const wrong = parts.filter((part) => !isOrigin(part));
  return wrong.length === 0
    ? { value: parts.map((part) => new URL(part).origin) }
    : {
        problem: `must list origins such as https://app.example.com, not ${wrong.map((part) => `"${part}"`).join(', ')}.`,
      };
};

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && !search;
}

export const factor: Parser<number | 'max'> = (text) => {
  if (text === 'max') return { value: 'max' };
  return /^\d+(\.\d+)?$/.test(text) && Number(text) > 0
    ? { value: Number(text) }
    : { problem: `must be a factor above 0 or max, not "${text}".` };
};
