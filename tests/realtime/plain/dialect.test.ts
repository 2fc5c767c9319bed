import { expect, test } from '@jest/globals';
import type { PayloadOf, ServerEvent } from '../../../src/protocol/events.ts';
import { MARKET } from '../../../src/protocol/plain-words.ts';
import { createPlainDialect } from '../../../src/realtime/plain/dialect.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOW = Date.parse('2025-11-06T15:00:00.250Z');
const dialect = createPlainDialect(MARKET, createManualClock(NOW));
const textOf = <E extends ServerEvent>(event: E, payload: PayloadOf<E>): string | undefined =>
  dialect.encode(event, payload)?.text;

test('a quote has the fields of the dialect in their order, and times in milliseconds', () => {
  const quote = {
    symbol: 'SPY',
    price: 590.5,
    change: 2.25,
    changePercent: 0.3825,
    volume: 1_200,
    timestamp: '2025-11-06T15:00:00.000Z',
    bid: 590.49,
    ask: 590.51,
    open: 588,
    high: 591,
    low: 587.5,
    previousClose: 588.25,
    state: 'live',
  } as const;
  expect(textOf('quote:update', quote)).toBe(
    '{"type":"quote","symbol":"SPY","data":{"symbol":"SPY","price":590.5,"change":2.25,"changePercent":0.3825,' +
      '"volume":1200,"open":588,"high":591,"low":587.5,"bid":590.49,"ask":590.51,"state":"live",' +
      '"timestamp":1762441200000},"timestamp":1762441200250}',
  );
});

test('an option update is, byte for byte, the one that clients were promised, and more behind it', () => {
  const option = {
    contractId: 'O:SPY251219C00650000',
    underlying: 'SPY',
    expiry: '2025-12-19',
    strike: 650,
    type: 'call',
    multiplier: 100,
    price: 5.25,
    open: 5.2,
    high: 5.3,
    low: 5.15,
    // Against the previous close, which Socket.IO has and this dialect has not.
    change: 1.25,
    changePercent: 31.25,
    previousClose: 4,
    volume: 100,
    bid: 5.24,
    ask: 5.26,
    openInterest: 77,
    impliedVolatility: 0.2,
    greeksSource: 'model',
    timestamp: '2023-11-06T20:00:00.000Z',
    state: 'live',
  } as const;
  expect(textOf('option:update', option)).toBe(
    '{"type":"option_update","data":{"contractId":"O:SPY251219C00650000","price":5.25,"open":5.2,"high":5.3,' +
      '"low":5.15,"change":0.05,"changePercent":0.96,"volume":100,"timestamp":1699300800000,"underlying":"SPY",' +
      '"expiry":"2025-12-19","strike":650,"type":"call","multiplier":100,"previousClose":4,"bid":5.24,"ask":5.26,' +
      '"openInterest":77,"impliedVolatility":0.2,"greeksSource":"model","state":"live"},"timestamp":1762441200250}',
  );
});

test('a contract that has not traded today has a change of zero, and no numbers that nobody knows', () => {
  const quoted = {
    contractId: 'O:SPY251219P00650000',
    underlying: 'SPY',
    expiry: '2025-12-19',
    strike: 650,
    type: 'put',
    change: 0,
    changePercent: 0,
    volume: 0,
    noGreeks: 'no-quote',
    timestamp: '2025-11-06T15:00:00.000Z',
    state: 'closed',
  } as const;
  expect(JSON.parse(textOf('option:update', quoted)!)).toEqual({
    type: 'option_update',
    data: { ...quoted, timestamp: 1_762_441_200_000 },
    timestamp: NOW,
  });
});

test('the market status has its times in milliseconds, and null where there is none', () => {
  const status = {
    isOpen: false,
    nextOpen: '2025-11-07T14:30:00.000Z',
    nextClose: null,
    timestamp: '2025-11-06T15:00:00.000Z',
    session: 'closed',
  } as const;
  expect(textOf('market:status', status)).toBe(
    '{"type":"market_status","data":{"isOpen":false,"session":"closed","nextOpen":1762525800000,"nextClose":null,' +
      '"timestamp":1762441200000},"timestamp":1762441200250}',
  );
});

test('words about the connection are flat', () => {
  const timestamp = '2025-11-06T15:00:00.000Z';
  const connected = {
    socketId: 'c-1',
    userId: 'u',
    replica: 'r',
    protocol: 1,
    serverTime: timestamp,
    secret: 's',
  };
  expect(textOf('connected', connected)).toBe('{"type":"connected","clientId":"c-1"}');
  expect(textOf('session:revoked', { reason: 'banned' })).toBe(
    '{"type":"session_revoked","reason":"banned"}',
  );
  expect(textOf('server:shutdown', { message: 'Bye.', reconnectInMs: 700, timestamp })).toBe(
    '{"type":"server_shutdown","message":"Bye.","reconnectInMs":700,"timestamp":1762441200000}',
  );
  const refusal = { code: 'RATE_LIMITED', message: 'Wait.', event: 'x', timestamp } as const;
  expect(textOf('error', refusal)).toBe('{"type":"error","code":"RATE_LIMITED","message":"Wait."}');
  expect(textOf('error', { ...refusal, retryAfterMs: 5 })).toBe(
    '{"type":"error","code":"RATE_LIMITED","message":"Wait.","retryAfterMs":5}',
  );
});

test('what the dialect has no words for is not sent', () => {
  expect(textOf('journal:head', { epoch: 'e', seq: 1 })).toBeUndefined();
  expect(textOf('unsubscription:confirmed', { type: 'trades' })).toBeUndefined();
});
