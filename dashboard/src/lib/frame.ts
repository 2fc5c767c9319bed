export interface Frame {
  /** Runs each given function once in the next animation frame, however often it was asked for. */
  schedule(run: () => void): void;
  cancel(): void;
}

type RequestFrame = (callback: () => void) => number;

/** One frame for all stores: their changes land together and React renders them in one pass. */
export function createFrame(
  request: RequestFrame = (callback) => requestAnimationFrame(callback),
  cancelRequest: (handle: number) => void = (handle) => cancelAnimationFrame(handle),
): Frame {
  const waiting = new Set<() => void>();
  let handle: number | null = null;

  const flush = () => {
    handle = null;
    const due = [...waiting];
    waiting.clear();
    for (const run of due) run();
  };

  return {
    schedule(run) {
      waiting.add(run);
      handle ??= request(flush);
    },
    cancel() {
      if (handle !== null) cancelRequest(handle);
      handle = null;
      waiting.clear();
    },
  };
}
