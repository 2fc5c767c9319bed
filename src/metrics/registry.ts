/** Declares metrics in one registry. Each app has its own, so that two apps in one process do not share numbers. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of the buckets of every histogram, seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** A counter whose sums can be read at once; those of prom-client can only be awaited. */
export interface Tally {
  add(by?: number): void;
  sum(): number;
}

/** The same, split by the values of its first label; further labels are only printed. */
export interface LabelledTally<Label extends string> {
  add(labels: Readonly<Record<Label, string | number>>, by?: number): void;
  /** Prints the series with 0: one that begins with its first event hides that event from `increase()`. */
  begin(labels: Readonly<Record<Label, string | number>>): void;
  /** Over all labels, or of one value of the first label. */
  sum(value?: string): number;
}

export interface Timer {
  observe(seconds: number): void;
  /** Returns what ends the measurement. */
  start(): () => void;
}

export type MetricRegistry = ReturnType<typeof createMetricRegistry>;

export function createMetricRegistry() {
  const registry = new Registry();
  return {
    ...recordersOf(registry),
    ...readingsOf(registry),

    /** Begins to watch the process itself: memory, event loop, garbage collection. */
    watchProcess(): void {
      collectDefaultMetrics({ register: registry, prefix: 'tradecast_' });
    },

    /** Prometheus text, with the values of this moment. */
    text: (): Promise<string> => registry.metrics(),
  };
}

const named = (registry: Registry, name: string, help: string) => ({ name, help, registers: [registry] });

/** What the parts record as it happens. */
function recordersOf(registry: Registry) {
  return {
    tally(name: string, help: string): Tally {
      const counter = new Counter(named(registry, name, help));
      let sum = 0;
      return {
        add(by = 1) {
          counter.inc(by);
          sum += by;
        },
        sum: () => sum,
      };
    },

    labelledTally<Label extends string>(
      name: string,
      help: string,
      first: Label,
      ...others: Label[]
    ): LabelledTally<Label> {
      const counter = new Counter({ ...named(registry, name, help), labelNames: [first, ...others] });
      const sums = new Map<string, number>();
      let total = 0;
      return {
        add(labels, by = 1) {
          counter.inc(labels, by);
          total += by;
          const value = String(labels[first]);
          sums.set(value, (sums.get(value) ?? 0) + by);
        },
        begin: (labels) => counter.inc(labels, 0),
        sum: (value) => (value === undefined ? total : (sums.get(value) ?? 0)),
      };
    },

    timer(name: string, help: string): Timer {
      const histogram = new Histogram({ ...named(registry, name, help), buckets: BUCKETS });
      return { observe: (seconds) => histogram.observe(seconds), start: () => histogram.startTimer() };
    },

    /** A histogram that takes thousands of equal values at once; that of prom-client takes them one by one. */
    countedTimer(name: string, help: string): { observe(seconds: number, count: number): void } {
      const bounds = [...BUCKETS, Number.POSITIVE_INFINITY];
      const counts = bounds.map(() => 0);
      new Counter({
        ...named(registry, `${name}_bucket`, help),
        labelNames: ['le'],
        collect() {
          this.reset();
          let sum = 0;
          for (const [index, bound] of bounds.entries()) {
            sum += counts[index] ?? 0;
            this.inc({ le: bound === Number.POSITIVE_INFINITY ? '+Inf' : bound }, sum);
          }
        },
      });
      return {
        observe(seconds, count) {
          const index = bounds.findIndex((bound) => seconds <= bound);
          counts[index] = (counts[index] ?? 0) + count;
        },
      };
    },

    labelledTimer<Label extends string>(
      name: string,
      help: string,
      ...labelNames: Label[]
    ): { observe(labels: Readonly<Record<Label, string | number>>, seconds: number): void } {
      return new Histogram({ ...named(registry, name, help), labelNames, buckets: BUCKETS });
    },
  };
}

/** What is read from the parts whenever /metrics is asked for. */
function readingsOf(registry: Registry) {
  return {
    /** A value of this moment, read whenever /metrics is asked for; null prints as -1. */
    gauge(name: string, help: string, read: () => number | null): void {
      new Gauge({
        ...named(registry, name, help),
        collect() {
          this.set(read() ?? -1);
        },
      });
    },

    /** The same by one label. */
    labelledGauge(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>) {
      new Gauge({
        ...named(registry, name, help),
        labelNames: [label],
        collect() {
          for (const [value, number] of Object.entries(read())) this.set({ [label]: value }, number);
        },
      });
    },

    /** What another part counts since the start, read whenever /metrics is asked for. */
    total(name: string, help: string, read: () => number): void {
      new Counter({
        ...named(registry, name, help),
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    },

    /** The same by one label. */
    labelledTotal(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>) {
      new Counter({
        ...named(registry, name, help),
        labelNames: [label],
        collect() {
          this.reset();
          for (const [value, number] of Object.entries(read())) this.inc({ [label]: value }, number);
        },
      });
    },
  };
}
