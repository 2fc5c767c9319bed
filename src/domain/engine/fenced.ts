import { isUnavailable } from '../../protocol/errors.ts';

/** Thrown by engine writes where the fencing number is no longer the newest: nothing was written. */
export class FencedError extends Error {}

/** Whether a write of the engine failed through no fault of its own: it may be repeated later, or is the next engine's. */
export const isPassing = (error: unknown): boolean => error instanceof FencedError || isUnavailable(error);
