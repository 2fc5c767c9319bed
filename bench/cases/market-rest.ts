import { get } from 'node:http';
import { startApp, type TestApp } from '../../rig/app.ts';
import { silentLog } from '../../rig/log.ts';
import { startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { createMarketSource } from '../../src/app/feeds.ts';
import { readConfig } from '../../src/config/index.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newYorkDate } from '../../src/protocol/new-york.ts';
import { type BenchCase, kilobytes } from '../support/case.ts';

const CALLERS = 100;
const YEARS = 5;
const DAYS_OF_A_YEAR = 365;
const DAY_MS = 86_400_000;
const MAX_BYTES = 60_000;
const KEY = 'bench';

export const marketRest: BenchCase = {
  name: 'market-rest',
  title: 'the market by request: quotes asked for at once, and a long history',
  how: `${CALLERS} clients ask the service at once for the quote of a stock that nobody watches; a stand-in of the data
provider counts the snapshots that it is asked for. The bytes of ${YEARS} years of daily bars are those of the body on
the wire, as gzip.`,

  async run() {
    const requests = await countUpstream();
    const bytes = await weighHistory();
    return {
      rows: [
        {
          what: `upstream requests of ${CALLERS} simultaneous quote requests`,
          measured: String(requests),
          yardstick: '–',
          target: '1',
          reached: requests === 1,
        },
        {
          what: `${YEARS} years of daily bars, body on the wire`,
          measured: kilobytes(bytes),
          yardstick: '–',
          target: `≤ ${kilobytes(MAX_BYTES)}`,
          reached: bytes <= MAX_BYTES,
        },
      ],
      notes: [],
    };
  },
};

/** The service on the market that these variables choose. */
function start(env: Record<string, string>): Promise<TestApp> {
  const { config, secrets } = readConfig(env);
  const hours = createMarketHours('always');
  const parts = { secrets: secrets.market, clock: systemClock, hours, log: silentLog };
  return startApp({
    env: { MARKET_HOURS: 'always' },
    marketSource: createMarketSource(config.market.feed, parts),
  });
}

async function countUpstream(): Promise<number> {
  const upstream = await startMassiveStandIn(KEY);
  const ticker = {
    ticker: 'AAPL',
    day: { o: 1, h: 2, l: 1, c: 2, v: 3 },
    prevDay: { o: 1, h: 1, l: 1, c: 1, v: 1 },
  };
  upstream.behaviour.rest = ({ pathname }) => ({
    body: pathname.includes('/snapshot/')
      ? { status: 'OK', ticker }
      : { status: 'OK', results: [{ ticker: 'AAPL', name: 'Apple Inc.' }] },
  });
  const app = await start({
    FEED: 'massive',
    MASSIVE_API_KEY: KEY,
    MASSIVE_WS_URL: upstream.wsUrl,
    MASSIVE_REST_URL: upstream.restUrl,
  });
  try {
    const { cookie } = await app.signUp();
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, () => app.request('GET', '/api/market/quote/AAPL', { cookie })),
    );
    const refused = answers.find(({ status }) => status !== 200);
    if (refused) throw new Error(`a quote was refused: ${JSON.stringify(refused.body)}`);
    return upstream.asked.filter(({ url }) => url.pathname.includes('/snapshot/')).length;
  } finally {
    await app.close();
    await upstream.close();
  }
}

async function weighHistory(): Promise<number> {
  const app = await start({});
  try {
    const { cookie } = await app.signUp();
    const now = Date.now();
    const from = newYorkDate(now - YEARS * DAYS_OF_A_YEAR * DAY_MS);
    const path = `/api/market/historical/AAPL?timespan=day&from=${from}&to=${newYorkDate(now)}`;
    return await bytesOf(new URL(path, app.url), cookie);
  } finally {
    await app.close();
  }
}

/** Of the body as it came. `fetch` would decompress it. */
const bytesOf = (url: URL, cookie: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { cookie, 'accept-encoding': 'gzip' } }, (response) => {
      const { statusCode, headers } = response;
      if (statusCode !== 200 || headers['content-encoding'] !== 'gzip')
        reject(
          new Error(`${url.pathname} was answered with ${statusCode} as ${headers['content-encoding']}`),
        );
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes));
      response.on('error', reject);
    }).on('error', reject);
  });
