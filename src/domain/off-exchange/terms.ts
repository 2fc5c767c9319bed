import { createScope } from '../../lib/scope.ts';
import { noPrints, type PrintCounters } from './print-check.ts';
import { type EndedTerm, openTerm, type Term, type TermOptions } from './term.ts';
import type { TickQueue } from './tick-queue.ts';

/** The database answers in milliseconds; while it does not, the ticks wait. */
const RESTORE_AGAIN_MS = 1_000;
/** A lease that was lost in a stall is back within seconds; later the sums of its term are of no use. */
const KEPT_MS = 30_000;

export interface TermsOptions extends Omit<TermOptions, 'fencing' | 'before' | 'heldSince' | 'isOurs'> {
  readonly queue: TickQueue;
  /** The sums of the engine before are there. */
  readonly onRestored: () => void;
}

/** One term after another, as the lease comes and goes. */
export interface Terms {
  /** Null without the lease, and until its sums are there. */
  now(): Term | null;
  /** Goes on from what was stored or kept. Ticks that come meanwhile wait. */
  begin(fencing: number): void;
  /** Stores what was counted, if this replica still may. */
  end(): Promise<void>;
  /** Ends for good: no further term will go on from this one. */
  stop(): Promise<void>;
  /** Since the process started. */
  counters(): PrintCounters;
}

const add = (a: PrintCounters, b: PrintCounters): PrintCounters => {
  const sum = noPrints();
  for (const name of Object.keys(sum) as (keyof PrintCounters)[]) sum[name] = a[name] + b[name];
  return sum;
};

export function createTerms(options: TermsOptions): Terms {
  const { clock, log, current, queue } = options;
  const running = createScope();
  const counted = createCounted();
  const kept = createKept(options);
  let fencing: number | null = null;
  let term: Term | null = null;

  const isOurs = (number: number): boolean => fencing === number && current() === number;

  async function restore(number: number): Promise<void> {
    const before = await kept.get();
    const next = await openTerm({
      ...options,
      fencing: number,
      before,
      heldSince: queue.heldSince,
      isOurs: () => isOurs(number),
    });
    if (next === null) return;
    term = next;
    if (next.sums === before?.sums) counted.goOn();
    kept.forget();
    queue.open(next.ticks);
    options.onRestored();
  }
  const attempt = (number: number): void => {
    if (!isOurs(number)) return;
    restore(number).catch((error: unknown) => {
      log.warn({ err: error }, 'the sums of off-exchange prints could not be read yet');
      running.add(clock.after(RESTORE_AGAIN_MS, () => attempt(number)));
    });
  };
  const end = async (): Promise<void> => {
    fencing = null;
    running.end();
    queue.close();
    const last = term;
    term = null;
    if (last === null) return;
    counted.end(last.sums.counters);
    await kept.keep(last.end());
  };

  return {
    now: () => term,
    begin(number) {
      if (fencing === number) return;
      void end();
      fencing = number;
      queue.hold();
      attempt(number);
    },
    end,
    async stop() {
      await end();
      kept.forget();
    },
    counters: () => (term === null ? counted.all() : add(counted.all(), term.sums.counters)),
  };
}

/** What was counted in the terms that are over. */
function createCounted() {
  let before = noPrints();
  let all = noPrints();
  return {
    all: () => all,
    end(counters: PrintCounters): void {
      before = all;
      all = add(all, counters);
    },
    /** The sums of the last term go on, and their counters with them. */
    goOn(): void {
      all = before;
    },
  };
}

/** The last term, for as long as it may be of use. */
function createKept({ clock }: Pick<TermsOptions, 'clock'>) {
  const forgetting = createScope();
  let ending: Promise<EndedTerm | null> = Promise.resolve(null);
  const forget = (): void => {
    forgetting.end();
    ending = Promise.resolve(null);
  };
  return {
    get: () => ending,
    forget,
    async keep(end: Promise<EndedTerm>): Promise<void> {
      forget();
      ending = end;
      forgetting.add(clock.after(KEPT_MS, forget));
      await end;
    },
  };
}
