/** Everything a signed-in page lives on: one socket, the stores it feeds, and the polling in its absence. */
import type { Api } from '../lib/api.ts';
import type { Frame } from '../lib/frame.ts';
import { every, type Timers } from '../lib/timers.ts';
import { createCandlesStore } from '../stores/candles.ts';
import { createMarketStore } from '../stores/market.ts';
import { createNoticesStore } from '../stores/notices.ts';
import { createOrdersStore } from '../stores/orders.ts';
import { createPortfolioStore } from '../stores/portfolio.ts';
import { createQuotesStore } from '../stores/quotes.ts';
import type { EndReason } from '../stores/session.ts';
import { createTradesStore, isTrade } from '../stores/trades.ts';
import { createViewStore } from '../stores/view.ts';
import { createWatchlistStore } from '../stores/watchlist.ts';
import { createConnection } from './connection.ts';
import { createPlaceOrder } from './place-order.ts';
import { POLL_INTERVAL_MS, startPolling } from './polling.ts';
import { openSocket, type SocketAuth, type TradecastSocket } from './socket.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createTradeStream } from './trade-stream.ts';
import { createWire } from './wire.ts';

/** The state of the feed changes seldom, and its quotes say the rest. */
const FEED_HEALTH_INTERVAL_MS = 30_000;

export interface DeskOptions {
  readonly api: Api;
  readonly auth: SocketAuth;
  readonly timers: Timers;
  readonly frame: Frame;
  readonly random: () => number;
  readonly onEnded: (reason: EndReason) => void;
  readonly socket?: TradecastSocket;
}

export type Desk = ReturnType<typeof createDesk>;

export function createDesk({
  api,
  auth,
  timers,
  frame,
  random,
  onEnded,
  socket = openSocket(auth),
}: DeskOptions) {
  const quotes = createQuotesStore({ frame, timers });
  const portfolio = createPortfolioStore({ frame, timers });
  const orders = createOrdersStore();
  const trades = createTradesStore();
  const notices = createNoticesStore({ timers });
  const candles = createCandlesStore({ api, timers });
  const watchlist = createWatchlistStore({ api });
  const market = createMarketStore();
  const view = createViewStore();

  const connection = createConnection({ socket, timers, random, onEnded });
  let releaseTrades = () => {};
  const stream = createTradeStream({
    socket,
    timers,
    trades: api.trades,
    onEvent(entry, missed) {
      if (!isTrade(entry)) return orders.apply(entry.payload);
      trades.add(entry);
      notices.add(entry, missed);
    },
    onReset(entries) {
      trades.reset(entries.filter(isTrade));
      // The list that a fresh page asked for is as new as this journal.
      if (orders.getState().status !== 'loading') void loadOrders();
    },
    onLoadFailed: trades.fail,
    onLoaded() {
      releaseTrades();
      releaseTrades = subscriptions.channel('trades');
    },
    onLetGo: () => subscriptions.renew('trades'),
  });
  const subscriptions = createSubscriptions({ socket, timers, tradesPosition: stream.position });
  const wire = createWire(socket, subscriptions);

  const loadOrders = () => api.orders().then(orders.load, orders.fail);

  async function loadPortfolio() {
    const askedAt = timers.now();
    try {
      portfolio.answer(await api.portfolio(), askedAt);
    } catch (error) {
      portfolio.fail((error as Error).message);
      throw error;
    }
  }

  async function loadQuotes() {
    const symbols = subscriptions.wantedSymbols();
    if (symbols.length === 0) return;
    const askedAt = timers.now();
    quotes.answer(await api.quotes(symbols), askedAt);
  }

  const loadMarket = async () => market.setState({ status: await api.marketStatus() });

  async function loadFeed() {
    try {
      market.setState({ feed: await api.feedHealth() });
    } catch {
      market.setState({ feed: null });
    }
  }

  /** Everything by HTTP, once. Rejects where the portfolio, the heart of it, could not be had. */
  async function refresh() {
    const [first] = await Promise.allSettled([loadPortfolio(), loadQuotes(), loadMarket(), stream.catchUp()]);
    if (first.status === 'rejected') throw first.reason;
  }

  /** A page that is reloaded again and again is refused its channels for a while: HTTP stands in for them. */
  function fillIn() {
    if (subscriptions.isRefused('portfolio')) void loadPortfolio().catch(() => {});
    if (subscriptions.isRefused('trades')) void stream.catchUp().catch(() => {});
  }

  /** The first symbol of the list is what a fresh page shows, unless somebody was quicker. */
  function selectFirst() {
    const [first] = watchlist.getState().symbols;
    if (first !== undefined && view.getState().symbol === null) view.select(first);
  }
  const loadWatchlist = () => watchlist.load().then(selectFirst);
  const syncWatchlist = () => watchlist.sync().then(selectFirst);

  const placeOrder = createPlaceOrder(socket, api);
  const stops: (() => void)[] = [];

  return {
    api,
    timers,
    connection,
    subscriptions,
    wire,
    quotes,
    portfolio,
    orders,
    trades,
    notices,
    candles,
    watchlist,
    market,
    view,
    placeOrder,
    loadOrders,
    loadPortfolio: () => loadPortfolio().catch(() => {}),
    loadTrades: () => stream.load().catch(() => {}),
    loadWatchlist,
    /** Somebody looks at the page again, or the network is back. */
    comeBack() {
      connection.wake();
      void syncWatchlist();
    },
    start() {
      socket.on('quote:update', quotes.push);
      socket.on('portfolio:update', portfolio.push);
      socket.on('market:status', (status) => market.setState({ status }));
      let connectedBefore = false;
      socket.on('connect', () => {
        if (connectedBefore) {
          candles.reload();
          void loadFeed();
        }
        void syncWatchlist();
        connectedBefore = true;
      });
      const follow = quotes.subscribe(({ bySymbol }, { bySymbol: before }) =>
        candles.apply(Object.values(bySymbol).filter((quote) => quote !== before[quote.symbol])),
      );
      stops.push(
        follow,
        startPolling({ state: connection.state, timers, refresh, onBack: connection.wake }),
        every(timers, POLL_INTERVAL_MS, fillIn),
        every(timers, FEED_HEALTH_INTERVAL_MS, () => void loadFeed()),
      );
      connection.start();
      void loadWatchlist();
      void loadFeed();
      void loadOrders();
      void loadPortfolio().catch(() => {});
      void stream.load().catch(() => {});
    },
    stop() {
      for (const stop of stops) stop();
      stream.stop();
      subscriptions.stop();
      notices.stop();
      candles.stop();
      connection.stop();
      socket.removeAllListeners();
      frame.cancel();
    },
  };
}
