/** Which messages of each sender have arrived: none is taken a second time. */
export interface ReplayWindow {
  /** False for a number that this sender has used before, or that is far behind its newest one. */
  admit(sender: string, number: number, now: number): boolean;
}

/**
 * A renewed connection may overtake the one before it, so numbers arrive out of order: by fewer than this. It is
 * seconds of the busiest replica.
 */
const NUMBERS = 1_024;

/** A sender is forgotten after `memoryMs` of silence: by then its messages are refused by their age. */
export function createReplayWindow(memoryMs: number): ReplayWindow {
  const senders = new Map<string, { readonly slots: Float64Array; lastAt: number }>();

  function join(sender: string, now: number) {
    for (const [name, { lastAt }] of senders) if (now - lastAt > memoryMs) senders.delete(name);
    const joined = { slots: new Float64Array(NUMBERS), lastAt: now };
    senders.set(sender, joined);
    return joined;
  }

  return {
    admit(sender, number, now) {
      const known = senders.get(sender) ?? join(sender, now);
      known.lastAt = now;
      // Numbers that share a slot are a whole window apart.
      const slot = number % NUMBERS;
      if (!(number > known.slots[slot]!)) return false;
      known.slots[slot] = number;
      return true;
    },
  };
}
