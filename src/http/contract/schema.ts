import { type ZodType, z } from 'zod';
import { nothingSchema } from '../../protocol/schemas.ts';

/** A JSON Schema, or a part of one. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/**
 * A number that a query writes as text has the bounds of the number. Zod leaves out the default of what is transformed,
 * which is the one that counts where a parameter is missing.
 */
const asRead: Override = ({ zodSchema, jsonSchema }) => {
  if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
  if (!(zodSchema instanceof z.ZodPipe) || !(zodSchema.out instanceof z.ZodNumber)) return;
  const { $schema, ...number } = z.toJSONSchema(zodSchema.out);
  for (const keyword of ['type', 'pattern'] as const) delete jsonSchema[keyword];
  Object.assign(jsonSchema, number);
};

/** What a client may send, from the schema that validates it. */
export function inputSchema(schema: ZodType): Schema {
  if (schema === nothingSchema) return { type: 'null' };
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: asRead,
  });
  return rest;
}
