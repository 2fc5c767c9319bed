/** Work that many requests of one turn of the loop share. */
export interface OnceATurn {
  /** The work runs once at the end of this turn, however often it is requested. */
  request(): void;
  /** Nothing runs from now on. */
  stop(): void;
}

/** Many peers come, go and change their lists in one turn of the loop; the engine gets one message for all of them. */
export function onceATurn(run: () => void): OnceATurn {
  let state: 'resting' | 'requested' | 'stopped' = 'resting';
  return {
    request() {
      if (state !== 'resting') return;
      state = 'requested';
      setImmediate(() => {
        if (state === 'stopped') return;
        state = 'resting';
        run();
      });
    },
    stop() {
      state = 'stopped';
    },
  };
}
