/** More distinct texts mean that some SQL is built from values; further texts run unprepared. */
const MAX_PREPARED_STATEMENTS = 500;

const names = new Map<string, string>();

/** The prepared-statement name of a constant SQL text: parsed and planned once per connection. */
export function statementName(sql: string): string | undefined {
  const known = names.get(sql);
  if (known || names.size >= MAX_PREPARED_STATEMENTS) return known;
  const name = `s${names.size}`;
  names.set(sql, name);
  return name;
}
