export interface BenchOptions {
  /** Small and short, to see that it runs; its numbers mean nothing. */
  readonly quick: boolean;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly yardstick: string;
  readonly target: string;
  /** Null where there is no target: for orientation. */
  readonly reached: boolean | null;
  /** What is known of the reason; shown only when the target is missed. */
  readonly ifMissed?: string;
}

export interface CaseResult {
  readonly rows: readonly Row[];
  /** Figures behind the rows, a sentence each. */
  readonly notes: readonly string[];
}

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** How it is measured, for the page. */
  readonly how: string;
  run(options: BenchOptions): Promise<CaseResult>;
}

/** Resolves after `ms` of real time: what is measured is what happens meanwhile. */
export const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
export const times = (value: number): string => `${value.toFixed(2)} ×`;
export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const kilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(1)} KB`;
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
