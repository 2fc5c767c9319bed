import { z } from 'zod';
import { type HistoryStore, type Remembered, SAMPLES } from '../../domain/monitor/history.ts';
import { MAX_INCIDENTS } from '../../domain/monitor/incidents.ts';
import { INCIDENT_KINDS, type IncidentPayload } from '../../protocol/health-payloads.ts';
import type { Breaker } from './breaker.ts';
import type { RedisClients } from './clients.ts';

/** What is older than the hour it covers is of no use. */
const KEEP_SECONDS = 2 * 60 * 60;

const time = z.iso.datetime();
const rememberedSchema = z.object({
  history: z.object({
    from: time,
    everyMs: z.number(),
    connections: z.array(z.number().nullable()).max(SAMPLES + 1),
  }),
  incidents: z.array(z.unknown()).max(MAX_INCIDENTS),
});
const incidentSchema = z.object({
  kind: z.enum(INCIDENT_KINDS),
  replica: z.string(),
  at: time,
  lastAt: time,
  count: z.number(),
  detail: z.string().optional(),
});

/** One key that the engine writes every ten seconds, about 10 KB, and that a replica reads at its start. */
export function createRedisHistory({
  clients,
  breaker,
  prefix,
}: {
  readonly clients: Pick<RedisClients, 'commands'>;
  readonly breaker: Pick<Breaker, 'ask' | 'onClose'>;
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

/**
 * Null for what another version wrote in a way that this one does not read. An incident of an unknown kind is left out:
 * the kinds that a page gets are a closed list.
 */
function read(text: string): Remembered | null {
  try {
    const { history, incidents } = rememberedSchema.parse(JSON.parse(text));
    return { history, incidents: incidents.flatMap(readIncident) };
  } catch {
    return null;
  }
}

const readIncident = (incident: unknown): IncidentPayload[] => {
  const { data } = incidentSchema.safeParse(incident);
  return data ? [data] : [];
};
