import { createHistogram, type Histogram } from '../../rig/histogram.ts';
import { startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { symbolNames } from '../../rig/symbols.ts';
import { UNIVERSE } from '../../src/adapters/simulated/universe.ts';
import { newYorkDate } from '../../src/protocol/new-york.ts';
import { type BenchCase, milliseconds, pass, type Row, thousands } from '../support/case.ts';
import { measureRequests } from '../support/requests.ts';
import { type Service, startService } from '../support/service.ts';

const USERS = 10;
const MONTH_MS = 30 * 86_400_000;
/** The document's range, which is that of its provider. */
const FAST_MS = 100;
const SLOW_MS = 300;
/** How long the stand-in of the provider takes for an answer: the lower end of that range. */
const PROVIDER_MS = FAST_MS;
const KEY = 'bench';
/** Two seconds, in which the service has also finished to start. */
const WARM_UP = 100;
const WARM_UP_PER_SECOND = 50;

const SIMULATED = UNIVERSE.slice(0, 36).map(({ symbol }) => symbol);
/** Far from what saturates the service: drawing a month of a symbol takes it tens of milliseconds. */
const FIRST_PER_SECOND = 8;
const REPEATED = 150;
const REPEATED_PER_SECOND = 30;

/** Each first question is two or three at the provider, of which the service may send 100 a second. */
const UNKNOWN = symbolNames('S', 50);
const UNKNOWN_PER_SECOND = 20;
/** An answer of the provider serves for a second: in that time it is asked for again. */
const KEPT = symbolNames('K', 6);
const KEPT_EACH = 60;
const KEPT_PER_SECOND = 100;

/** Milliseconds of answers to what is asked for the first time, and to the same again. */
interface Answers {
  readonly first: Histogram;
  readonly again: Histogram;
}

export const marketLatency: BenchCase = {
  name: 'market-latency',
  title: 'the market by request: time to the answer',
  how: `Row 001/90 of [what was asked for](../docs/seeds.md) gives 100–300 ms for a request, most of it at its provider.
Here ${USERS} users send requests at a steady pace over kept connections, whether or not the last one has been answered. The
time runs from the moment the request was due to the end of its answer. Sender and service are processes of their own.

- The simulated market, at ${FIRST_PER_SECOND} requests/s: quotes and a month of daily bars of ${SIMULATED.length} symbols, which nobody has asked for
  since the start, so that they are drawn. Then the same again at ${REPEATED_PER_SECOND}/s, together with searches; now the bars are
  kept and the quotes are watched.
- A stand-in of the provider which takes ${PROVIDER_MS} ms for each answer: quotes of ${UNKNOWN.length} symbols that are unknown so far, so
  that the provider is asked for the symbol, then for its price. Then quotes and bars of the last second, from the
  cache.`,

  async run({ quick }) {
    const simulated = await askSimulated(quick);
    const provider = await askProvider(quick);
    return {
      rows: [
        toRow('quotes and daily bars of the simulated market, first time', simulated.first, SLOW_MS),
        toRow('quotes, daily bars and searches of the simulated market, again', simulated.again, FAST_MS),
        toRow(`quotes over a provider that takes ${PROVIDER_MS} ms, not cached`, provider.first, SLOW_MS),
        toRow('quotes and daily bars over the same provider, cached', provider.again, FAST_MS),
      ],
      notes: [
        describe('simulated, first time', simulated.first),
        describe('simulated, again', simulated.again),
        describe('provider, not cached', provider.first),
        describe('provider, cached', provider.again),
      ],
    };
  },
};

const quoteOf = (symbol: string): string => `/api/market/quote/${symbol}`;
function monthOf(symbol: string): string {
  const now = Date.now();
  const [from, to] = [newYorkDate(now - MONTH_MS), newYorkDate(now)];
  return `/api/market/historical/${symbol}?timespan=day&from=${from}&to=${to}`;
}
const searchOf = (symbol: string): string => `/api/market/search?q=${symbol.slice(0, 1)}`;

async function withService<T>(
  env: Record<string, string>,
  use: (service: Service) => Promise<T>,
): Promise<T> {
  const service = await startService({
    database: 'embedded',
    users: USERS,
    env: { MARKET_HOURS: 'always', RATE_LIMITS: 'http:api=100000/60', ...env },
  });
  const { port, users } = service;
  const paths = Array.from({ length: WARM_UP }, () => '/api/market/status');
  return measureRequests({ port, users, paths, perSecond: WARM_UP_PER_SECOND }, createHistogram())
    .then(() => use(service))
    .finally(service.stop);
}

const askSimulated = (quick: boolean): Promise<Answers> =>
  withService({ FEED: 'simulated' }, async ({ port, users }) => {
    const symbols = SIMULATED.slice(0, quick ? 5 : undefined);
    const answers = { first: createHistogram(), again: createHistogram() };
    const paths = symbols.flatMap((symbol) => [quoteOf(symbol), monthOf(symbol)]);
    await measureRequests({ port, users, paths, perSecond: FIRST_PER_SECOND }, answers.first);

    // A page that polls: from now on these are watched.
    const polled = [`/api/quotes?symbols=${symbols.join(',')}`];
    await measureRequests({ port, users, paths: polled, perSecond: 1 }, createHistogram());
    await pass(1_000);
    const kinds = [quoteOf, monthOf, searchOf];
    const repeated = Array.from({ length: quick ? 20 : REPEATED }, (_, at) =>
      kinds[at % kinds.length]!(symbols[at % symbols.length]!),
    );
    await measureRequests({ port, users, paths: repeated, perSecond: REPEATED_PER_SECOND }, answers.again);
    return answers;
  });

/** As the provider answers for any symbol: its price today, its bars, or its name. */
function answerOf({ pathname, searchParams }: URL) {
  const bar = { o: 1, h: 2, l: 1, c: 2, v: 3 };
  const [ticker] = pathname.split('/').slice(-1);
  if (pathname.includes('/snapshot/'))
    return { body: { status: 'OK', ticker: { ticker, day: bar, prevDay: bar } } };
  const symbol = searchParams.get('ticker');
  return { body: { status: 'OK', results: [{ ...bar, t: Date.now(), ticker: symbol, name: symbol }] } };
}

async function askProvider(quick: boolean): Promise<Answers> {
  const upstream = await startMassiveStandIn(KEY);
  upstream.behaviour.rest = (url) => pass(PROVIDER_MS).then(() => answerOf(url));
  const env = {
    FEED: 'massive',
    MASSIVE_API_KEY: KEY,
    MASSIVE_WS_URL: upstream.wsUrl,
    MASSIVE_REST_URL: upstream.restUrl,
    MASSIVE_REST_PER_SECOND: '100',
  };
  const askAll = async ({ port, users }: Service): Promise<Answers> => {
    const answers = { first: createHistogram(), again: createHistogram() };
    const paths = UNKNOWN.slice(0, quick ? 5 : undefined).map(quoteOf);
    await measureRequests({ port, users, paths, perSecond: UNKNOWN_PER_SECOND }, answers.first);
    for (const symbol of KEPT.slice(0, quick ? 1 : undefined)) {
      const both = [quoteOf(symbol), monthOf(symbol)];
      await measureRequests({ port, users, paths: both, perSecond: KEPT_PER_SECOND }, createHistogram());
      const kept = Array.from({ length: KEPT_EACH }, (_, at) => both[at % both.length]!);
      await measureRequests({ port, users, paths: kept, perSecond: KEPT_PER_SECOND }, answers.again);
    }
    return answers;
  };
  return withService(env, askAll).finally(upstream.close);
}

const percentiles = (answers: Histogram): string =>
  [0.5, 0.95, 0.99].map((share) => milliseconds(answers.at(share))).join(' / ');

function toRow(what: string, answers: Histogram, maxMs: number): Row {
  return {
    what: `${what}: p50 / p95 / p99`,
    measured: percentiles(answers),
    yardstick: '–',
    target: `p95 ≤ ${maxMs} ms (001/90)`,
    reached: answers.at(0.95) <= maxMs,
  };
}

const describe = (name: string, answers: Histogram): string =>
  `${name}: ${thousands(answers.count())} answers, p50 / p95 / p99 ${percentiles(answers)}, longest ${milliseconds(answers.at(1))}`;
