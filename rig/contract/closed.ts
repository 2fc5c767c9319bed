import type { Schema } from '../../src/http/contract/schema.ts';

/**
 * The schema without room for fields that it does not name. A client must accept such fields, for a newer server may
 * send them; this server sends none.
 */
export function closed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(closed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)])) as Schema;
  const isObject = parts.type === 'object' && 'properties' in parts && !('additionalProperties' in parts);
  return (isObject ? { ...parts, additionalProperties: false } : parts) as T;
}
