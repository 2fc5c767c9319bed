/**
 * Signals as the browser reads them: pushed over the one connection, resumed where it was lost, and requested over HTTP
 * now and then, seldom while they are pushed.
 */
import type { SubscriptionConfirmed } from '../../../src/protocol/events.ts';
import { MAX_SIGNALS_PAGE } from '../../../src/protocol/limits.ts';
import type { SignalPayload } from '../../../src/protocol/signals.ts';
import type { Tier } from '../../../src/protocol/tier.ts';
import type { Api } from '../lib/api.ts';
import { once } from '../lib/once.ts';
import type { Timers } from '../lib/timers.ts';
import type { ConnectionStore } from '../stores/connection.ts';
import { createSignalsStore, readsPremium, type SignalsStore } from '../stores/signals.ts';
import { createSignalTracker, type SignalTracker } from './signal-positions.ts';
import type { Subscribe } from './wire.ts';

/** While signals are pushed, a request only makes up for a mistake. */
const LIVE_FACTOR = 10;

export interface SignalWish {
  /** Whether they are to be pushed where there is a connection. */
  readonly useWebSocket: boolean;
  /** Between requests while they are not pushed, milliseconds. */
  readonly pollInterval: number;
}

export interface SignalLane extends Pick<SignalTracker, 'positions'> {
  readonly store: SignalsStore;
  /** Keeps signals coming until the returned function is called. Many may; the server is asked once. */
  want(wish: SignalWish): () => void;
  /** Requests them now. */
  load(): Promise<void>;
  /** Adds the page behind the oldest that were answered. Throws the sentence of a failure. */
  loadOlder(): Promise<void>;
  stop(): void;
}

export interface SignalLaneOptions {
  readonly api: Pick<Api, 'signals' | 'session'>;
  readonly timers: Timers;
  readonly subscribe: Subscribe;
  readonly connection: ConnectionStore;
  readonly tier: Tier;
  /** Wants the channel of signals. */
  follow(): () => void;
}

interface LoadParts extends Pick<SignalLaneOptions, 'api' | 'timers' | 'connection'> {
  readonly store: SignalsStore;
  readonly tracker: SignalTracker;
  onTier(tier: Tier): void;
}

/** Requests over HTTP, one at a time. */
function createLoad({ api, timers, connection, store, tracker, onTier }: LoadParts) {
  async function loadOlder(): Promise<void> {
    const { tier, olderFrom } = store.getState();
    if (olderFrom === null) return;
    store.makeRoom();
    const { signals } = await api.signals({ limit: MAX_SIGNALS_PAGE, before: olderFrom });
    // Where the list began anew meanwhile, this is not the page behind it.
    const present = store.getState();
    if (present.tier === tier && present.olderFrom === olderFrom) store.addOlder(signals);
  }

  let working: Promise<void> | null = null;
  let outdated = false;

  /** Without a connection nothing else tells of another tier. */
  async function readTier(): Promise<void> {
    if (connection.getState().connected) return;
    onTier((await api.session()).user.tier);
  }

  async function request(): Promise<void> {
    const askedAt = timers.now();
    try {
      await readTier();
      const { tier } = store.getState();
      const newest = (await api.signals({ limit: MAX_SIGNALS_PAGE })).signals;
      // Free signals must not crowd premium ones out of the answer.
      const more = readsPremium(tier) && newest.length === MAX_SIGNALS_PAGE;
      const premium = more ? (await api.signals({ limit: MAX_SIGNALS_PAGE, premiumOnly: true })).signals : [];
      tracker.read([...newest, ...premium]);
      store.answer({ newest, premium }, askedAt);
    } catch (error) {
      store.fail((error as Error).message);
    }
  }

  /** Joins a request that is under way. */
  function load(): Promise<void> {
    working ??= request().finally(() => {
      working = null;
      if (!outdated) return;
      outdated = false;
      void load();
    });
    return working;
  }

  return {
    load,
    loadOlder,
    /** For what happened just now, which a request under way may have missed. */
    reload() {
      outdated = working !== null;
      void load();
    },
  };
}

/** Runs `work` every so often; each restart begins the wait anew. */
function createPoll(timers: Timers, interval: () => number, work: () => void) {
  let cancel = () => {};
  function restart() {
    cancel();
    const ms = interval();
    if (!Number.isFinite(ms)) return;
    cancel = timers.after(ms, () => {
      restart();
      work();
    });
  }
  return { restart, stop: () => cancel() };
}

/** Without a wish: never. */
const pollMs = (wishes: Iterable<SignalWish>, seldom: boolean): number =>
  Math.min(...[...wishes].map(({ pollInterval }) => pollInterval)) * (seldom ? LIVE_FACTOR : 1);

export function createSignalLane(options: SignalLaneOptions): SignalLane {
  const { timers, subscribe, connection, tier } = options;
  const store = createSignalsStore(tier, timers.now);
  const tracker = createSignalTracker();
  const wishes = new Set<SignalWish>();
  /** The server pushes on this connection. */
  let pushed = false;
  const { load, loadOlder, reload } = createLoad({ ...options, store, tracker, onTier: setTier });
  const interval = () => pollMs(wishes, pushed && store.getState().error === null);
  const poll = createPoll(timers, interval, () => void load());

  function setTier(next: Tier) {
    store.setTier(next);
    if (!readsPremium(next)) tracker.forget('premium');
  }
  function receive(signal: SignalPayload) {
    const place = tracker.receive(signal);
    if (place !== 'repeat') store.push(signal);
    if (place === 'gap') reload();
  }
  function confirmed(answer: SubscriptionConfirmed) {
    if (answer.type !== 'signals') return;
    pushed = true;
    setTier(answer.tier);
    if (!tracker.confirmed(answer.streams) || !store.upToDate()) reload();
    poll.restart();
  }
  function changed(next: Tier) {
    setTier(next);
    // The stream begins with the change; the list has what came before.
    if (readsPremium(next) && wishes.size > 0) reload();
  }

  const ends = [
    subscribe('signal:new', receive),
    subscribe('signal:updated', receive),
    subscribe('subscription:confirmed', confirmed),
    subscribe('unsubscription:confirmed', ({ type }) => {
      if (type === 'signals') pushed = false;
    }),
    subscribe('tier:changed', (change) => changed(change.tier)),
    // A failure is made good sooner than a mistake.
    store.subscribe(({ error }, before) => {
      if ((error === null) !== (before.error === null)) poll.restart();
    }),
    connection.subscribe(({ connected }, before) => {
      if (connected || !before.connected) return;
      pushed = false;
      poll.restart();
    }),
  ];

  return {
    store,
    load,
    loadOlder,
    positions: tracker.positions,
    want(wish) {
      wishes.add(wish);
      let release = () => {};
      let ended = false;
      // What is asked for after the list goes on from where the list ends.
      void load().finally(() => {
        if (wish.useWebSocket && !ended) release = options.follow();
      });
      poll.restart();
      return once(() => {
        ended = true;
        release();
        wishes.delete(wish);
        if (wishes.size === 0) poll.stop();
        else poll.restart();
      });
    },
    stop() {
      poll.stop();
      for (const end of ends) end();
    },
  };
}
