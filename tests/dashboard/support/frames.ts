import { createFrame } from '../../../dashboard/src/lib/frame.ts';

/** Frames that the test lets pass. */
export function manualFrames() {
  const requested: (() => void)[] = [];
  const frame = createFrame((run) => requested.push(run));
  return { frame, requested, pass: () => requested.splice(0).forEach((run) => void run()) };
}
