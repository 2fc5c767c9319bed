import type { Split } from '../domain/market/splits.ts';
import type { Reader } from './read.ts';

export type FeedConfig =
  | {
      readonly source: 'simulated';
      readonly updatesPerSecond: number;
      readonly seed: number;
      readonly splits: readonly Split[];
    }
  | {
      readonly source: 'replay';
      readonly file: string;
      readonly speed: number | 'max';
      readonly loop: boolean;
      /** Folder of factor files. */
      readonly factors: string | null;
    }
  | {
      readonly source: 'massive';
      readonly wsUrl: string;
      readonly optionsWsUrl: string;
      readonly restUrl: string;
      /** Requests that go out in a second. */
      readonly restPerSecond: number;
      readonly recordFile: string | null;
    };

/** Null for a file that can be played, else the reason: the end of a sentence that begins with the file's name. */
export type FileCheck = (file: string) => string | null;

/** The provider has its clusters side by side: `/stocks` and `/options` of one host. */
function besideStocks(wsUrl: string): string {
  const url = new URL(wsUrl);
  url.pathname = url.pathname.replace(/[^/]*$/, 'options');
  return url.href;
}

/** Checks the variables of every feed; those of the chosen one are its configuration. A missing one is a problem. */
export function readFeed(read: Reader, problems: string[], checkFile: FileCheck): FeedConfig {
  const source = read('FEED');
  const simulated = {
    updatesPerSecond: read('SIM_UPDATES_PER_SECOND'),
    seed: read('SIM_SEED'),
    splits: read('SIM_SPLITS'),
  };
  const file = read('REPLAY_FILE');
  const replay = {
    file: file ?? '',
    speed: read('REPLAY_SPEED'),
    loop: read('REPLAY_LOOP'),
    factors: read('REPLAY_FACTORS'),
  };
  const apiKey = read('MASSIVE_API_KEY');
  const wsUrl = read('MASSIVE_WS_URL');
  const massive = {
    wsUrl,
    optionsWsUrl: read('MASSIVE_OPTIONS_WS_URL') ?? besideStocks(wsUrl),
    restUrl: read('MASSIVE_REST_URL'),
    restPerSecond: read('MASSIVE_REST_PER_SECOND'),
    recordFile: read('RECORD_FILE'),
  };
  switch (source) {
    case 'simulated':
      return { source, ...simulated };
    case 'replay': {
      const problem = file === null ? null : checkFile(file);
      if (file === null) problems.push('FEED=replay needs REPLAY_FILE.');
      if (problem !== null) problems.push(`REPLAY_FILE ${file} ${problem}`);
      return { source, ...replay };
    }
    case 'massive':
      if (apiKey === null) problems.push('FEED=massive needs MASSIVE_API_KEY.');
      return { source, ...massive };
  }
}

/** Whether off-exchange totals are for everybody. The vendor's data is not, unless the plan says so. */
export function readPublication(read: Reader, problems: string[]): boolean {
  const [isPublic, hasBusinessPlan] = [read('DARKPOOL_PUBLIC'), read('MASSIVE_BUSINESS_PLAN')];
  if (isPublic && read('FEED') === 'massive' && !hasBusinessPlan)
    problems.push(
      'DARKPOOL_PUBLIC=true shows data of Massive to everybody, which needs a business plan: set MASSIVE_BUSINESS_PLAN=true if you have one, or DARKPOOL_PUBLIC=false.',
    );
  return isPublic;
}
