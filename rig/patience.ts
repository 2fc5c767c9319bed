/**
 * How long tests wait before they call something hung. A time-out here ends a hang and measures nothing: it is
 * minutes, so that a busy machine passes. TEST_PATIENCE multiplies all of them.
 */
const MINUTE_MS = 60_000;

function readFactor(text = '1'): number {
  const factor = Number(text);
  if (!(factor > 0)) throw new Error(`TEST_PATIENCE is a number above zero, not "${text}".`);
  return factor;
}
const factor = readFactor(process.env.TEST_PATIENCE || undefined);

/** One step: an event, an answer, a condition, the start of a process. */
export const STEP_MS = 2 * MINUTE_MS * factor;
/** A whole test or hook, which is many steps. */
export const TEST_MS = 15 * MINUTE_MS * factor;
