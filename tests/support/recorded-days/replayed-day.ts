import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../../rig/log.ts';
import { writeLines } from '../../../rig/recordings/write-lines.ts';
import { createReplayFeed } from '../../../src/adapters/replay/feed.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { type CollectingSink, createCollectingSink } from '../collecting-sink.ts';

/** Plays these lines through the real replay feed at full speed; `taps` replaces the methods of the sink it names. */
export async function replayLines(
  lines: Iterable<string>,
  taps: (sink: CollectingSink) => Partial<CollectingSink> = () => ({}),
): Promise<CollectingSink> {
  const folder = mkdtempSync(path.join(tmpdir(), 'recorded-day-'));
  const file = path.join(folder, 'day.ndjson');
  const sink = createCollectingSink();
  try {
    writeLines(file, lines);
    const feed = createReplayFeed({ file, speed: 'max', loop: false, clock: systemClock, log: silentLog });
    feed.start({ ...sink, ...taps(sink) });
    await sink.until(({ statuses }) => statuses.at(-1)?.state === 'ended');
    await feed.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
  return sink;
}
