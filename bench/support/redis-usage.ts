import { Redis } from 'ioredis';

/** Commands of one name so far. */
export interface CommandUsage {
  readonly calls: number;
  /** Time in which Redis worked on them, those of scripts included. */
  readonly microseconds: number;
}

/** What a Redis has done, by the name of the command in small letters. */
export interface RedisUsage {
  commands(): Promise<ReadonlyMap<string, CommandUsage>>;
  stop(): void;
}

const NONE: CommandUsage = { calls: 0, microseconds: 0 };
const LINE = /^cmdstat_([\w|-]+):calls=(\d+),usec=(\d+)/gm;

export function watchRedis(url: string): RedisUsage {
  const redis = new Redis(url);
  return {
    async commands() {
      const text = await redis.info('commandstats');
      return new Map(
        [...text.matchAll(LINE)].map(([, name, calls, usec]) => [
          name!.toLowerCase(),
          { calls: Number(calls), microseconds: Number(usec) },
        ]),
      );
    },
    stop: () => redis.disconnect(),
  };
}

/** Of these commands together, between two looks. */
export function usedBetween(
  before: ReadonlyMap<string, CommandUsage>,
  after: ReadonlyMap<string, CommandUsage>,
  names: readonly string[],
): CommandUsage {
  const sum = (key: keyof CommandUsage): number =>
    names.reduce(
      (total, name) => total + (after.get(name) ?? NONE)[key] - (before.get(name) ?? NONE)[key],
      0,
    );
  return { calls: sum('calls'), microseconds: sum('microseconds') };
}
