import type { TestApp } from './app.ts';

const METRICS_TOKEN = 'a-token-of-the-metrics-that-is-long-enough-for-tests';

/** What a service is configured with whose metrics are read in full; without a token some are left out. */
export const METRICS_ENV = { METRICS_TOKEN } as const;

/** The metrics of such a service, as Prometheus reads them. */
export async function readMetrics({ request }: Pick<TestApp, 'request'>): Promise<string> {
  const { status, body } = await request('GET', '/metrics', {
    headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
  });
  if (status !== 200) throw new Error(`/metrics answered ${status}`);
  return String(body.text);
}
