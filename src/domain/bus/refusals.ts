import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

/**
 * Why a message is not from a replica of this service, or not from now.
 * - `unsigned`: it has no seal, and is no emit that another service may send.
 * - `unlisted`: it is sealed with a key that is not in our list.
 * - `forged`: its seal does not fit.
 * - `replayed`: it arrived before.
 * - `outdated`: it was sealed too long ago, or in the future.
 */
export const REFUSALS = ['unsigned', 'unlisted', 'forged', 'replayed', 'outdated'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What is refused of the messages that arrive: counted, logged, and a problem of the service where it goes on. */
export interface Refusals {
  /** Since the process started. */
  readonly counters: Readonly<Record<Refusal, number>>;
  /** `channel` is where the message arrived. */
  refuse(why: Refusal, channel: string): void;
  /** The reasons of the last minute; empty where that were a few messages only. */
  goingOn(): readonly Refusal[];
}

/** One line of each kind is written this often: a flood does not fill the log. */
const LOG_INTERVAL_MS = 60_000;
const RECENT_MS = 60_000;
/** So many in a minute may be an accident; more are a sender that goes on. */
export const MAX_ACCIDENTS = 3;
/** The name of a channel is the sender's choice. */
const MAX_CHANNEL_LENGTH = 100;

const OUTDATED =
  'refused a message that was signed more than a minute away from now: set the clocks of the replicas (NTP)';

export function createRefusals({ clock, log }: { readonly clock: Clock; readonly log: Log }): Refusals {
  const counters = Object.fromEntries(REFUSALS.map((why) => [why, 0])) as Record<Refusal, number>;
  const logged = new Map<Refusal, { readonly at: number; readonly count: number }>();
  const latest: { readonly why: Refusal; readonly at: number }[] = [];

  function report(why: Refusal, channel: string): void {
    const last = logged.get(why);
    if (last && clock.now() - last.at < LOG_INTERVAL_MS) return;
    logged.set(why, { at: clock.now(), count: counters[why] });
    log.warn(
      { why, channel: channel.slice(0, MAX_CHANNEL_LENGTH), count: counters[why] - (last?.count ?? 0) },
      why === 'outdated' ? OUTDATED : 'refused a message that no replica of this service has just sent',
    );
  }

  return {
    counters,
    refuse(why, channel) {
      counters[why] += 1;
      latest.push({ why, at: clock.now() });
      if (latest.length > MAX_ACCIDENTS + 1) latest.shift();
      report(why, channel);
    },
    goingOn() {
      const recent = latest.filter(({ at }) => clock.now() - at < RECENT_MS);
      return recent.length > MAX_ACCIDENTS ? [...new Set(recent.map(({ why }) => why))] : [];
    },
  };
}
