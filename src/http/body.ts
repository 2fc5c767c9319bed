import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { TradecastError } from '../protocol/errors.ts';
import { issueWords } from '../protocol/issue-words.ts';
import { MAX_MESSAGE_BYTES } from '../protocol/limits.ts';

/** The deepest body of the wire has four levels; a deeper one only costs time. */
const MAX_JSON_DEPTH = 8;

/** Keeps the bytes: a hook signs exactly those. A compressed body is refused, because it unpacks to any size. */
export const rawBody = (
  type: 'application/json' | (() => boolean),
  limit = MAX_MESSAGE_BYTES,
): RequestHandler => express.raw({ type, limit, inflate: false });

const invalid = (message: string): TradecastError => new TradecastError('VALIDATION', message);

/** The bytes of a body as plain JSON. Throws VALIDATION for other text, and for JSON that parsers read differently. */
export function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) throw invalid('Send a JSON body with Content-Type: application/json.');
  if (!isUtf8(body)) throw invalid('The body is not UTF-8.');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('The body is not JSON.');
  }
  assertPlain(value);
  if (keysWritten(text) !== keysRead(value))
    throw invalid('A key is written twice: parsers differ in which of its values counts.');
  return value;
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

/** Refuses values that no field of the wire can hold, before a schema or the database sees them. */
function assertPlain(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) {
      throw invalid('Text must not contain NUL or half a surrogate pair.');
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_JSON_DEPTH) throw invalid(`The body is nested deeper than ${MAX_JSON_DEPTH} levels.`);
  for (const [key, entry] of Object.entries(value)) {
    if (key === '__proto__') throw invalid('Unknown key "__proto__".');
    assertPlain(key, depth);
    assertPlain(entry, depth + 1);
  }
}

/** Checks a value against a schema. Throws VALIDATION with the first problem and where it is. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: issueWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.');
  throw invalid(where ? `${where}: ${issue?.message}` : (issue?.message ?? 'Invalid input'));
}

export const readBody = <S extends z.ZodType>(req: Request, schema: S): z.output<S> =>
  validate(schema, parseJson(req.body));

export function readQuery<S extends z.ZodType>(req: Request, schema: S): z.output<S> {
  const query = { ...req.query };
  assertPlain(query);
  return validate(schema, query);
}
