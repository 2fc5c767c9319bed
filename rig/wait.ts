import { STEP_MS } from './patience.ts';

/** Often enough not to be what a test waits for. */
const ASK_AGAIN_MS = 5;

/** Resolves when `holds` does; fails after a while, naming what it waited for. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + STEP_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** Resolves when `read` gives something else than it does now. */
export async function untilChanged(read: () => Promise<string>, what: string): Promise<void> {
  const before = await read();
  await until(async () => (await read()) !== before, `${what} is no longer ${before}`);
}
