import { STEP_MS } from '../../../rig/patience.ts';

/** Resolves as soon as the condition holds; fails with its text where it never does. */
export async function until(condition: () => unknown, what = condition.toString()): Promise<void> {
  const deadline = Date.now() + STEP_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
