import type { StallWatch } from '../../src/lib/stall-watch.ts';

/** A watch that reports no stall. For `overrides.wrap.stallWatch`. */
export const deafStallWatch = ({ start, stop }: StallWatch): StallWatch => ({
  onStall: () => () => {},
  start,
  stop,
});
