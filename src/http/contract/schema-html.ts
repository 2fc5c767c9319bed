import type { Schema } from './schema.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

/** The anchor of a named type. */
export const anchorOf = (name: string): string => `type-${name}`;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemas = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isSchema) : []);
const literal = (value: unknown): string => `<code>${escaped(JSON.stringify(value))}</code>`;

/** Keywords that say more of a value than its type, as a reader takes them. */
function notesOf(schema: Schema): string {
  const { minLength, maxLength, minimum, maximum, minItems, maxItems, pattern, format } = schema;
  const range = (from: unknown, to: unknown, unit: string): string[] =>
    from === undefined && to === undefined ? [] : [`${from ?? 0} to ${to ?? '…'}${unit}`];
  const notes = [
    ...range(minLength, maxLength, ' characters'),
    ...range(minimum, maximum, ''),
    ...range(minItems, maxItems, ' items'),
    ...(typeof format === 'string' ? [format] : []),
    ...(typeof pattern === 'string' && format === undefined ? [`like ${pattern}`] : []),
    ...('default' in schema ? [`default ${JSON.stringify(schema.default)}`] : []),
  ];
  return notes.length === 0 ? '' : ` <small>${escaped(notes.join(', '))}</small>`;
}

/** A schema as HTML, in the words of TypeScript; a named type is a link to it. */
export function schemaHtml(schema: Schema): string {
  const { $ref, anyOf, oneOf, allOf, type, items } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `<a href="#${escaped(anchorOf(name))}">${escaped(name)}</a>`;
  }
  if ('const' in schema) return literal(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map(literal).join(' | ');
  const parts = [...schemas(anyOf), ...schemas(oneOf)];
  if (parts.length > 0) return parts.map(schemaHtml).join(' | ');
  if (Array.isArray(allOf)) return schemas(allOf).map(schemaHtml).join(' and ');
  if (type === 'array') return `(${isSchema(items) ? schemaHtml(items) : 'anything'})[]${notesOf(schema)}`;
  if (isSchema(schema.properties)) return fieldsHtml(schema, schema.properties);
  if (isSchema(schema.additionalProperties))
    return `an object of ${schemaHtml(schema.additionalProperties)} by name`;
  return `${escaped(typeof type === 'string' ? type : 'anything')}${notesOf(schema)}`;
}

function fieldsHtml({ required }: Schema, properties: Schema): string {
  const needed = Array.isArray(required) ? required : [];
  const fields = Object.entries(properties).map(([name, field]) => {
    const { description } = isSchema(field) ? field : {};
    const text = typeof description === 'string' ? ` <span>${escaped(description)}</span>` : '';
    const mark = needed.includes(name) ? '' : '?';
    return `<li><code>${escaped(name)}${mark}</code>: ${isSchema(field) ? schemaHtml(field) : 'anything'}${text}</li>`;
  });
  return `<ul>${fields.join('')}</ul>`;
}
