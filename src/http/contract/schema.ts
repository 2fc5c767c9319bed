import { type ZodType, z } from 'zod';
import { nothingSchema } from '../../protocol/schemas.ts';

/** A JSON Schema, or a part of one. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** What a client may send, from the schema that validates it. */
export function inputSchema(schema: ZodType): Schema {
  if (schema === nothingSchema) return { type: 'null' };
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
