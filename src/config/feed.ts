import type { Reader } from './read.ts';

export type FeedConfig =
  | { readonly source: 'simulated'; readonly updatesPerSecond: number; readonly seed: number }
  | {
      readonly source: 'replay';
      readonly file: string;
      readonly speed: number | 'max';
      readonly loop: boolean;
    }
  | {
      readonly source: 'massive';
      readonly wsUrl: string;
      readonly restUrl: string;
      readonly recordFile: string | null;
    };

/** Only the variables of the chosen feed are read. A missing one that it needs is a problem. */
export function readFeed(read: Reader, problems: string[]): FeedConfig {
  const source = read('FEED');
  switch (source) {
    case 'simulated':
      return { source, updatesPerSecond: read('SIM_UPDATES_PER_SECOND'), seed: read('SIM_SEED') };
    case 'replay': {
      const file = read('REPLAY_FILE');
      if (file === null) problems.push('FEED=replay needs REPLAY_FILE.');
      return { source, file: file ?? '', speed: read('REPLAY_SPEED'), loop: read('REPLAY_LOOP') };
    }
    case 'massive':
      if (read('MASSIVE_API_KEY') === null) problems.push('FEED=massive needs MASSIVE_API_KEY.');
      return {
        source,
        wsUrl: read('MASSIVE_WS_URL'),
        restUrl: read('MASSIVE_REST_URL'),
        recordFile: read('RECORD_FILE'),
      };
  }
}
