/** What can be read at once of counters and gauges whose own values can only be awaited, as prom-client's. */

type Labels = Readonly<Record<string, string | number>>;

/**
 * Keeps the sum of a counter, and its sums by one label, beside it. Answers with the sum, or that of one value
 * of the label.
 */
export function tally(
  counter: { inc: (...given: never[]) => void },
  label?: string,
): (value?: string) => number {
  const sums = new Map<string, number>();
  let sum = 0;
  const count = counter.inc.bind(counter) as unknown as (labels: Labels, by: number) => void;
  Object.assign(counter, {
    inc(given: Labels | number = {}, by = 1): void {
      const [labels, added] = typeof given === 'number' ? [{}, given] : [given, by];
      count(labels, added);
      sum += added;
      const value = label === undefined ? undefined : labels[label];
      if (value !== undefined) sums.set(String(value), (sums.get(String(value)) ?? 0) + added);
    },
  });
  return (value) => (value === undefined ? sum : (sums.get(value) ?? 0));
}

/** The value that a gauge without labels was last set to. */
export function lastOf(gauge: { set: (...given: never[]) => void }): () => number {
  let last = 0;
  const set = gauge.set.bind(gauge) as unknown as (value: number) => void;
  Object.assign(gauge, {
    set(value: number): void {
      last = value;
      set(value);
    },
  });
  return () => last;
}
