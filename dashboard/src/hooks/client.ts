/**
 * What a widget needs of the socket, in one module. Widgets that were written for `@/lib/socket/client` import it by that
 * name, and all share the one connection of the page.
 */
export { type MarketDatum, useMarketData } from './use-market-data.ts';
export { useMarketStore } from './use-market-store.ts';
export { type SignalsResult, type UseSignalsOptions, useSignals } from './use-signals.ts';
export { type SocketMessage, useWebSocket, type WebSocketHandle } from './use-web-socket.ts';
