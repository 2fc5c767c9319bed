/** Prices that no good tick has: a screen that shows one of them accepted a bad tick. */
const WRONG = 666.66;
const TEN_MINUTES_MS = 600_000;
const TEN_MEGABYTES = 10 * 1024 * 1024;

/** Frames that hold nothing that may be published, as text; `now` in milliseconds since epoch. */
export function badFrames(sym: string, now: number): string[] {
  const trade = { ev: 'T', sym, x: 10, p: WRONG, s: 100, t: now, i: 'bad', q: 1, z: 3 };
  const quote = { ev: 'Q', sym, bp: WRONG, ap: WRONG + 1, bs: 100, as: 100, t: now };
  const bar = { ev: 'A', sym, o: WRONG, h: WRONG, l: WRONG, c: WRONG, v: 100, s: now - 1_000, e: now };
  const events: unknown[] = [
    ...[-WRONG, 0, null, 'NaN', String(WRONG), {}, [WRONG], true].map((p) => ({ ...trade, p })),
    ...[now + TEN_MINUTES_MS, now * 1_000, -now, 0, null, 'now'].flatMap((t) => [
      { ...trade, t },
      { ...quote, t },
    ]),
    ...[-1, null, 'many', {}].map((s) => ({ ...trade, s })),
    ...[-WRONG, 'dear', {}].flatMap((price) => [
      { ...quote, bp: price },
      { ...quote, ap: price },
    ]),
    { ...bar, l: WRONG, h: WRONG - 1 },
    { ...bar, o: -WRONG },
    { ...bar, s: now + TEN_MINUTES_MS, e: now + TEN_MINUTES_MS + 1_000 },
    { ...bar, e: now - 2_000 },
    ...[null, 5, 'T', [], [trade], {}, { ev: 5 }].map((event) => event),
    ...['', 'aapl', '__proto__', 5, null].map((symbol) => ({ ...trade, sym: symbol })),
  ];
  const notJson = JSON.stringify(trade);
  return [
    ...events.map((event) => JSON.stringify([event])),
    // Not a number, and beyond what a number can be: neither is JSON, and one of them parses.
    ...['NaN', '-Infinity', '1e999', '-1e999'].map((p) => `[${notJson.replace(String(WRONG), p)}]`),
    '',
    'null',
    '[[[[',
  ];
}

/** A trade that was cut in the middle. */
export const halfFrame = (sym: string, now: number): string =>
  `[{"ev":"T","sym":"${sym}","x":10,"p":${WRONG},"s":100,"t":${now},"i":"ha`;

/** One frame of ten megabytes, all of it trades. */
export function hugeFrame(sym: string, now: number): string {
  const event = JSON.stringify({ ev: 'T', sym, x: 10, p: WRONG, s: 100, t: now, i: 'huge', q: 1, z: 3 });
  return `[${Array(Math.ceil(TEN_MEGABYTES / (event.length + 1)))
    .fill(event)
    .join()}]`;
}

/** One end of the upstream's connections. */
interface Line {
  isOpen(): boolean;
  send(frame: string): void;
}

/** Sends each frame on the newest connection that is open then; returns how many were. */
export function sendFrames(lines: readonly Line[], frames: readonly string[]): number {
  let sent = 0;
  for (const frame of frames) {
    const line = lines.findLast((one) => one.isOpen());
    if (!line) continue;
    line.send(frame);
    sent += 1;
  }
  return sent;
}
