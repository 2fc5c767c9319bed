/** The clients of a drill, in a process of their own. */
import { setTimeout as pause } from 'node:timers/promises';
import { createHistogram } from '../../rig/histogram.ts';
import { STEP_MS } from '../../rig/patience.ts';
import { serve } from '../../rig/processes/child.ts';
import { MAX_TRADES_PAGE } from '../../src/protocol/limits.ts';
import type { DrillClient } from '../support/client.ts';
import { type ClientSpec, createFollower, type FollowerLog, type ReadPage } from '../support/follower.ts';
import { openLeanClient } from '../support/lean-client.ts';
import { createQuoteWatch, type QuoteWatch, type WatchedQuotes } from '../support/quote-watch.ts';
import { openStockClient } from '../support/stock-client.ts';

export interface OpenRequest {
  readonly clients: readonly ClientSpec[];
  /** Where those without a port of their own connect. */
  readonly port: number;
  /** Whether what stands on screens is looked at: a stalled replica cannot mark it as old. */
  readonly screens?: boolean;
}

export interface Standing {
  readonly client: string;
  readonly group: string;
  readonly userId: string;
  readonly following: boolean;
  readonly seq: number | null;
}

export interface ClientsLog {
  readonly logs: readonly FollowerLog[];
  /** By group. */
  readonly quotes: Readonly<Record<string, WatchedQuotes>>;
  /** How often an attempt to connect or subscribe failed, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** Clients that begin to connect at a time. */
const BATCH = 100;
const LOOK_AGAIN_MS = 20;
/** A page that is unavailable is asked for again after this. */
const PAGE_AGAIN_MS = 500;
/** How often screens are looked at. */
const SCREEN_MS = 1_000;

let clients: DrillClient[] = [];
let port = 0;
let refusals: Record<string, number> = {};
let screens = true;
const watches = new Map<string, QuoteWatch>();
/** Age of quotes at arrival, by the replica they came from. */
const ages = new Map<string, ReturnType<typeof createHistogram>>();

function watchOf(group: string): QuoteWatch {
  const watch = watches.get(group) ?? createQuoteWatch();
  watches.set(group, watch);
  return watch;
}

function onQuote(ageMs: number, replica: string): void {
  const histogram = ages.get(replica) ?? createHistogram();
  ages.set(replica, histogram);
  histogram.record(ageMs);
}

function onRefused(why: string): void {
  refusals[why] = (refusals[why] ?? 0) + 1;
}

const readPage: ReadPage = async ({ cookie, port: own }, { epoch, seq }) => {
  const query = new URLSearchParams({ epoch, after: String(seq), limit: String(MAX_TRADES_PAGE) });
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${own ?? port}/api/trades?${query}`, {
        headers: { cookie },
      });
      if (answer.ok) return ((await answer.json()) as { data: Awaited<ReturnType<ReadPage>> }).data;
    } catch {
      // The replica that answered is gone; the next one may be there.
    }
    await pause(PAGE_AGAIN_MS);
  }
};

setInterval(() => {
  if (!screens) return;
  for (const { spec, screen, isConnected } of clients) {
    if (isConnected()) for (const quote of screen.values()) watchOf(spec.group).shown(quote);
  }
}, SCREEN_MS);

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + STEP_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} within ${STEP_MS} ms`);
    await pause(LOOK_AGAIN_MS);
  }
}

const methods = {
  /** Opens these beside the ones there are; resolves when all follow their journal. */
  async open(request: OpenRequest): Promise<void> {
    port = request.port;
    screens = request.screens ?? true;
    for (let start = 0; start < request.clients.length; start += BATCH) {
      const batch = request.clients.slice(start, start + BATCH).map((spec) => {
        const follower = createFollower(spec, { readPage });
        const open = spec.kind === 'stock' ? openStockClient : openLeanClient;
        const quotes = watchOf(spec.group);
        return open(spec, { follower, quotes, port: () => spec.port ?? port, onQuote, onRefused });
      });
      clients.push(...batch);
      await until('not all clients were connected', () =>
        batch.every(({ follower }) => follower.isFollowing()),
      );
    }
  },
  /** How far each client is. */
  standing: (): Standing[] =>
    clients.map(({ spec, follower }) => ({
      client: spec.client,
      group: spec.group,
      userId: spec.userId,
      following: follower.isFollowing(),
      seq: follower.position()?.seq ?? null,
    })),
  log: (): ClientsLog => ({
    logs: clients.map(({ follower }) => follower.log()),
    refusals,
    quotes: Object.fromEntries([...watches].map(([group, watch]) => [group, watch.log()])),
  }),
  /** 99th percentile of the age of quotes at arrival since the last call, by replica, milliseconds. */
  quoteAges(): Record<string, number> {
    const found = Object.fromEntries([...ages].map(([replica, ages]) => [replica, ages.at(0.99)]));
    ages.clear();
    return found;
  },
  /** Forgets the quotes seen so far. */
  clearQuotes(): void {
    for (const watch of watches.values()) watch.clear();
    ages.clear();
  },
  close(): void {
    for (const client of clients) client.close();
    clients = [];
    watches.clear();
    ages.clear();
    refusals = {};
  },
};
export type ClientMethods = typeof methods;

serve(methods);
