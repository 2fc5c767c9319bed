import type { Tier } from '../../../src/protocol/tier.ts';
import type { Api } from '../lib/api.ts';
import { createEmitter } from '../lib/emitter.ts';
import type { Frame } from '../lib/frame.ts';
import { every, type Timers } from '../lib/timers.ts';
import { POLL_INTERVAL_MS } from '../stores/connection.ts';
import { createMarketStore } from '../stores/market.ts';
import type { EndReason } from '../stores/session.ts';
import { createConnection } from './connection.ts';
import { createEventLane } from './event-lane.ts';
import { createFrameTap } from './frame-tap.ts';
import { createPlaceOrder } from './place-order.ts';
import { startPolling } from './polling.ts';
import { createSignalLane } from './signal-lane.ts';
import { openSocket, type SocketAuth, type TradecastSocket } from './socket.ts';
import { createStateLane } from './state-lane.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createEmit, createSubscribe } from './wire.ts';

export interface DeskOptions {
  readonly api: Api;
  readonly auth: SocketAuth;
  /** What the user has paid for, as the session says. */
  readonly tier: Tier;
  readonly timers: Timers;
  readonly frame: Frame;
  readonly random: () => number;
  readonly onEnded: (reason: EndReason) => void;
  readonly socket?: TradecastSocket;
}

export type Desk = ReturnType<typeof createDesk>;

/** The connection, what it is asked for, and the lanes that it carries. */
function createLanes({ api, auth, tier, timers, frame, random, onEnded, ...options }: DeskOptions) {
  const socket = options.socket ?? openSocket(auth);
  const subscribe = createSubscribe(socket, () => subscriptions.renew('portfolio'));
  const connection = createConnection({ socket, timers, random, onEnded });
  let releaseTrades = () => {};
  const events = createEventLane({
    socket,
    timers,
    trades: api.trades,
    onLoaded() {
      releaseTrades();
      releaseTrades = subscriptions.channel('trades');
    },
    onRenew: () => subscriptions.renew('trades'),
  });
  const signals = createSignalLane({
    api,
    timers,
    subscribe,
    tier,
    connection: connection.state,
    follow: () => subscriptions.channel('signals'),
  });
  const subscriptions = createSubscriptions({
    socket,
    timers,
    tradesPosition: events.position,
    signalPositions: signals.positions,
    onDropped: (topic, subjects) => lane.states[topic].forget(subjects),
  });
  const lane = createStateLane({ api, timers, frame, subscribe, wanted: subscriptions.wanted });
  return {
    socket,
    subscribe,
    connection,
    events,
    signals,
    subscriptions,
    lane,
    stop() {
      events.stop();
      signals.stop();
      lane.stop();
      subscriptions.stop();
      connection.stop();
      socket.removeAllListeners();
      frame.cancel();
    },
  };
}

/** What every page of one sign-in lives on: one connection, its subscriptions and the lanes they carry. */
export function createDesk(options: DeskOptions) {
  const { api, timers, frame } = options;
  const lanes = createLanes(options);
  const { socket, subscribe, connection, events, signals, subscriptions, lane } = lanes;
  const returns = createEmitter();
  const fetches = new Set<() => Promise<void>>();

  /** Everything by HTTP, once. Rejects where the server cannot be reached. */
  async function refresh() {
    const others = [...fetches].map((fetch) => fetch());
    const [states] = await Promise.allSettled([lane.refresh(), events.catchUp(), ...others]);
    if (states.status === 'rejected') throw states.reason;
  }

  /** A page that is reloaded again and again is refused its channels for a while: HTTP stands in for them. */
  function fillIn() {
    if (subscriptions.isRefused('portfolio')) void lane.load('portfolio').catch(() => {});
    if (subscriptions.isRefused('trades')) void events.catchUp().catch(() => {});
  }

  const marketStore = createMarketStore(lane.states.quote, connection.state);
  const stops: (() => void)[] = [];
  return {
    /** Of the sign-in that it belongs to. */
    sessionID: options.auth.sessionID,
    api,
    timers,
    frame,
    connection,
    subscriptions,
    subscribe,
    emit: createEmit(socket, subscriptions),
    followFrames: createFrameTap(socket),
    states: lane.states,
    marketStore,
    loadState: lane.load,
    loadFirst: lane.loadFirst,
    events,
    signals,
    placeOrder: createPlaceOrder(socket, api),
    /** Runs it as well whenever the desk fetches over HTTP, for want of a connection; returns what ends that. */
    onFetch(fetch: () => Promise<void>): () => void {
      fetches.add(fetch);
      return () => void fetches.delete(fetch);
    },
    /** Calls back when the reader looks at the page again, or the network is back. */
    onReturn: returns.on,
    comeBack() {
      connection.wake();
      returns.emit();
    },
    start() {
      stops.push(
        startPolling({ state: connection.state, timers, refresh, onBack: connection.wake }),
        every(timers, POLL_INTERVAL_MS, fillIn),
      );
      connection.start();
      void events.load().catch(() => {});
    },
    stop() {
      for (const stop of stops) stop();
      lanes.stop();
    },
  };
}
