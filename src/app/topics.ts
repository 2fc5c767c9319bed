import { placeAskedTopic, placeTopic, revokedTopic } from '../domain/accounts/topics.ts';
import { commitTopic } from '../domain/bus/commit-line.ts';
import type { Topic } from '../domain/bus/topic.ts';
import { leaseFreeTopic } from '../domain/engine/topics.ts';
import { journalTopic } from '../domain/journal/topics.ts';
import { MARKET_TOPICS } from '../domain/market/topics.ts';
import { heartbeatTopic } from '../domain/monitor/topics.ts';
import { OFF_EXCHANGE_TOPICS } from '../domain/off-exchange/topics.ts';
import { yieldsTopic } from '../domain/options/topics.ts';
import { readersAskedTopic, readersTopic, signalsTopic } from '../domain/signals/topics.ts';
import { TRADING_TOPICS } from '../domain/trading/topics.ts';

/** Every topic that goes between replicas, in the order of docs/replicas.md. */
export const TOPICS: readonly Topic[] = [
  ...MARKET_TOPICS,
  yieldsTopic,
  ...OFF_EXCHANGE_TOPICS,
  commitTopic,
  journalTopic,
  signalsTopic,
  ...TRADING_TOPICS,
  revokedTopic,
  placeAskedTopic,
  placeTopic,
  heartbeatTopic,
  readersAskedTopic,
  readersTopic,
  leaseFreeTopic,
];
