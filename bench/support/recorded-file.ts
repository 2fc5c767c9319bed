import path from 'node:path';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { createFolder, removeFolder } from '../../rig/processes/folder.ts';
import type { ReplayMethods } from '../servers/replay.ts';
import { type RecordedTrades, recordedTrades } from './recorded-trades.ts';

/** A process that measures, and the recorded trades in a file of its own. */
export interface RecordedFile extends Pick<RecordedTrades, 'called' | 'rounds'> {
  readonly child: Child<ReplayMethods>;
  readonly file: string;
  readonly lines: number;
}

/** Runs the work over the recorded trades; afterwards neither the process nor the file is left. */
export async function withRecordedFile<T>(
  quick: boolean,
  work: (recorded: RecordedFile) => Promise<T>,
): Promise<T> {
  const folder = createFolder();
  const file = path.join(folder, 'days.ndjson');
  const child = startChild<ReplayMethods>('bench/servers/replay.ts');
  try {
    const { called, rounds, ...days } = recordedTrades(quick);
    return await work({ called, rounds, child, file, lines: await child.call('write', { file, ...days }) });
  } finally {
    await child.stop();
    removeFolder(folder);
  }
}
