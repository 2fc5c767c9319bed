/** Where nothing was recorded for longer (the night between two days), the replay waits no longer than this. */
const MAX_GAP_MS = 60_000;

/** The recorded pace on our clock. */
export interface Pace {
  /** When the event recorded at `time` is due. */
  due(time: number, now: number): number;
}

export function createPace(startedAt: number, factor: number): Pace {
  let anchor = startedAt;
  let anchorTime: number | undefined;
  let latest = 0;
  return {
    due(time, now) {
      if (anchorTime === undefined || time - latest > MAX_GAP_MS) {
        // The first event, or one after a pause: from here on time counts anew.
        anchor = anchorTime === undefined ? now : now + MAX_GAP_MS / factor;
        anchorTime = time;
      }
      if (time > latest) latest = time;
      return anchor + (time - anchorTime) / factor;
    },
  };
}
