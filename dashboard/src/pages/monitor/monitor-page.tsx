import { LiveMonitor } from '../../features/monitor/live-monitor.tsx';

/** All replicas at a glance, for administrators. */
export function MonitorPage() {
  return <LiveMonitor />;
}
