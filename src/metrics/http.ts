import type { MetricRegistry } from './registry.ts';

export interface HttpMetrics {
  /** `route` is the pattern of a route, so that the label stays bounded. */
  observe(request: { readonly route: string; readonly status: number; readonly seconds: number }): void;
  /** Hooks answered since the start. */
  hooks(): number;
}

export function createHttpMetrics(registry: MetricRegistry): HttpMetrics {
  const hooks = registry.labelledTally(
    'tradecast_hooks_total',
    'Signed hooks answered, by route and status',
    'route',
    'status',
  );
  const latency = registry.labelledTimer(
    'tradecast_http_seconds',
    'Duration of one HTTP request, by route and status',
    'route',
    'status',
  );

  return {
    observe({ route, status, seconds }) {
      latency.observe({ route, status }, seconds);
      if (route.startsWith('/hooks')) hooks.add({ route, status });
    },
    hooks: hooks.sum,
  };
}
