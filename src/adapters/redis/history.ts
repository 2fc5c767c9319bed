import { z } from 'zod';
import { type HistoryStore, type Remembered, SAMPLES } from '../../domain/monitor/history.ts';
import { MAX_INCIDENTS } from '../../domain/monitor/incidents.ts';
import { INCIDENT_KINDS } from '../../protocol/health-payloads.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';

/** What is older than the hour it tells of is of no use, seconds. */
const KEEP_SECONDS = 2 * 60 * 60;

const time = z.iso.datetime();
const rememberedSchema = z.object({
  history: z.object({
    from: time,
    everyMs: z.number(),
    connections: z.array(z.number().nullable()).max(SAMPLES + 1),
  }),
  incidents: z
    .array(
      z.object({
        kind: z.enum(INCIDENT_KINDS),
        replica: z.string(),
        at: time,
        lastAt: time,
        count: z.number(),
        detail: z.string().optional(),
      }),
    )
    .max(MAX_INCIDENTS),
});

/** One key that the engine writes every ten seconds, about 10 KB, and who starts reads. */
export function createRedisHistory({
  clients,
  breaker,
  prefix,
}: {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly breaker: Breaker;
  readonly prefix: string;
}): HistoryStore {
  const key = `${prefix}:monitor`;
  return {
    async load() {
      const answer = await breaker.ask(async () => ({ text: await clients.commands.get(key) }));
      return answer?.text ? read(answer.text) : null;
    },
    save(remembered) {
      void breaker.ask(async () => ({
        set: await clients.commands.set(key, JSON.stringify(remembered), 'EX', KEEP_SECONDS),
      }));
    },
    onReachable: (listener) => breaker.onClose(listener),
  };
}

/** Null for what another version wrote in a way that this one does not read. */
function read(text: string): Remembered | null {
  try {
    return rememberedSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
