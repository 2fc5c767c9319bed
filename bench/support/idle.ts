import type { Child, Methods } from '../../rig/processes/child.ts';
import { pass } from './case.ts';
import { startLoad } from './fan-out.ts';
import type { LoadClient } from './load.ts';
import type { ClientKind } from './speech.ts';
import type { Memory } from './usage.ts';

interface IdleMethods extends Methods {
  cpuSeconds(): number;
  settledMemory(): Promise<Memory>;
}

/** What connected clients cost while nothing changes. */
export interface Idle {
  readonly before: Memory;
  readonly after: Memory;
  /** Bytes of the resident set, a connection. */
  readonly memoryEach: number;
  /** Bytes of objects and buffers, a connection. */
  readonly heapEach: number;
  readonly connectsPerCpuSecond: number;
  readonly subscribesPerCpuSecond: number;
}

export interface IdleSetup {
  readonly server: Child<IdleMethods>;
  readonly port: number;
  readonly kind: ClientKind;
  readonly clients: readonly LoadClient[];
}

/** Connects and subscribes all clients, and reads the memory of the server before and after. */
export async function measureIdle({ server, port, kind, clients }: IdleSetup): Promise<Idle> {
  const load = startLoad();
  try {
    const before = await server.call('settledMemory');
    const cpuBefore = await server.call('cpuSeconds');
    await load.call('connect', { port, kind, clients });
    const cpuConnected = await server.call('cpuSeconds');
    await load.call('subscribe', 0);
    const cpuSubscribed = await server.call('cpuSeconds');
    await pass(1_000);
    const after = await server.call('settledMemory');
    const { closed } = await load.call('end');
    if (closed > 0) throw new Error(`${closed} connections were lost`);
    return {
      before,
      after,
      memoryEach: (after.rssWithoutSpare - before.rssWithoutSpare) / clients.length,
      heapEach: (after.heap - before.heap) / clients.length,
      connectsPerCpuSecond: clients.length / (cpuConnected - cpuBefore),
      subscribesPerCpuSecond: clients.length / (cpuSubscribed - cpuConnected),
    };
  } finally {
    await load.stop();
  }
}
