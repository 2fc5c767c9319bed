import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { TradecastError } from '../protocol/errors.ts';
import { issueWords } from '../protocol/issue-words.ts';
import { MAX_MESSAGE_BYTES } from '../protocol/limits.ts';

/** The deepest body of the wire has four levels; a deeper one only costs time. */
const MAX_JSON_DEPTH = 8;
/** A report may carry objects of another system, which are left out. */
const MAX_REPORT_DEPTH = 64;

/** Keeps the bytes: a hook signs exactly those. A compressed body is refused, because it unpacks to any size. */
export const rawBody = (
  type: 'application/json' | (() => boolean),
  limit = MAX_MESSAGE_BYTES,
): RequestHandler => express.raw({ type, limit, inflate: false });

const invalid = (message: string): TradecastError => new TradecastError('VALIDATION', message);

/** The bytes of a body as JSON. Throws VALIDATION for other text, and for JSON that parsers read differently. */
function parseJson(body: unknown, check: (value: unknown) => unknown): unknown {
  if (!Buffer.isBuffer(body)) throw invalid('Send a JSON body with Content-Type: application/json.');
  if (!isUtf8(body)) throw invalid('The body is not UTF-8.');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('The body is not JSON.');
  }
  const checked = check(value);
  if (keysWritten(text) !== keysRead(value))
    throw invalid('A key is written twice: parsers differ in which of its values counts.');
  return checked;
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;
/** In a text that is JSON, a string before a colon is a key. */
const keysWritten = (json: string): number =>
  [...json.matchAll(STRING)].filter(([, colon]) => colon !== undefined).length;

/** A key that is written twice is read once. */
function keysRead(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Object.values(value);
  return (
    (Array.isArray(value) ? 0 : entries.length) +
    entries.reduce<number>((sum, entry) => sum + keysRead(entry), 0)
  );
}

const mended = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

function assertPlainText(text: string): string {
  if (mended(text) !== text) throw invalid('Text must not contain NUL or half a surrogate pair.');
  return text;
}

/** A copy with each text as `read` has it. Refuses values that no field can hold, before a schema or the database sees them. */
function copy(value: unknown, read: (text: string) => string, maxDepth: number, depth = 0): unknown {
  if (typeof value === 'string') return read(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) throw invalid(`The body is nested deeper than ${maxDepth} levels.`);
  const below = (entry: unknown): unknown => copy(entry, read, maxDepth, depth + 1);
  if (Array.isArray(value)) return value.map(below);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      if (key === '__proto__') throw invalid('Unknown key "__proto__".');
      return [read(key), below(entry)];
    }),
  );
}

const toPlain = (value: unknown): unknown => copy(value, assertPlainText, MAX_JSON_DEPTH);
const toMended = (value: unknown): unknown => copy(value, mended, MAX_REPORT_DEPTH);

/** Checks a value against a schema. Throws VALIDATION with the first problem and where it is. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: issueWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.');
  throw invalid(where ? `${where}: ${issue?.message}` : (issue?.message ?? 'Invalid input'));
}

export const readBody = <S extends z.ZodType>(req: Request, schema: S): z.output<S> =>
  validate(schema, parseJson(req.body, toPlain));

/** A body whose texts are only shown: half a character in one of them is replaced, and no reason to refuse the others. */
export const readReport = <S extends z.ZodType>(req: Request, schema: S): z.output<S> =>
  validate(schema, parseJson(req.body, toMended));

export const readQuery = <S extends z.ZodType>(req: Request, schema: S): z.output<S> =>
  validate(schema, toPlain({ ...req.query }));
