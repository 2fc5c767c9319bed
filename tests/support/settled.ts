import type { TestApp } from '../../rig/app.ts';
import { until } from '../../rig/wait.ts';
import type { ReplicaHealth, WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import type { TestCluster } from './cluster.ts';

/** Resolves when every replica reaches Redis and counts all of them as alive. */
export async function settled({ apps }: TestCluster): Promise<void> {
  await Promise.all(
    apps.map(async (app) => {
      const all = async (): Promise<boolean> => (await health(app)).replicas.length === apps.length;
      await until(all, 'a replica has heard of all');
      // They are counted at its own next heartbeat.
      const { uptime } = await own(app);
      await until(async () => (await own(app)).uptime > uptime, 'its next heartbeat');
      await until(async () => (await own(app)).redis === 'ok', 'it reaches Redis');
    }),
  );
}

const health = async (app: TestApp): Promise<WebSocketHealthPayload> =>
  (await app.request('GET', '/health/websocket')).body as unknown as WebSocketHealthPayload;

async function own(app: TestApp): Promise<ReplicaHealth> {
  const { replica, replicas } = await health(app);
  return replicas.find((one) => one.replica === replica)!;
}
