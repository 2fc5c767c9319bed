/** Upstream events with the time they are due, and how several tapes become one. */

/** One upstream event as JSON; `time` is milliseconds since epoch. */
export interface TimedLine {
  readonly time: number;
  readonly line: string;
}

/** All tapes in time order; of events at the same time the earlier tape comes first. */
export function* mergeByTime(tapes: readonly Generator<TimedLine>[]): Generator<string> {
  const heads = tapes.map((tape) => ({ tape, next: tape.next().value as TimedLine | undefined }));
  for (;;) {
    let first = heads[0];
    for (const head of heads) {
      if (head.next && (!first?.next || head.next.time < first.next.time)) first = head;
    }
    if (!first?.next) return;
    yield first.next.line;
    first.next = first.tape.next().value as TimedLine | undefined;
  }
}
