/** Keys for rows whose data may repeat: the first one like it has its text, a further one also its place among them. */
export function rowKeys<T>(
  rows: readonly T[],
  textOf: (row: T) => string,
): readonly (readonly [string, T])[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const text = textOf(row);
    const place = seen.get(text) ?? 0;
    seen.set(text, place + 1);
    return [place === 0 ? text : `${text} #${place}`, row] as const;
  });
}
