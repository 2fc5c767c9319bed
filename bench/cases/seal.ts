import { BUS_VERSION, openEnvelope } from '../../src/domain/bus/envelope.ts';
import { createSeal } from '../../src/domain/bus/seal.ts';
import { STOCK_TOPICS } from '../../src/domain/market/topics.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type BenchCase, milliseconds } from '../support/case.ts';
import { cpuSeconds } from '../support/usage.ts';

const QUOTES = 200;
/** By the default of FLUSH_INTERVAL_MS. */
const PER_SECOND = 20;
const ROUNDS = 4_000;
const WARM_UP = 500;
const MAX_SHARE = 0.3;

export const seal: BenchCase = {
  name: 'seal',
  title: 'seal of messages between replicas',
  how: `The engine publishes ${QUOTES} changed quotes as one message, and another replica receives it. The reference is
what both did before: write it as JSON, read it, and check its shape. The figure is the CPU time of sealing and opening the
same bytes, HMAC and replay window included; the mean of ${ROUNDS} messages.`,

  async run({ quick }) {
    const rounds = quick ? 50 : ROUNDS;
    const secrets = ['a-secret-that-is-as-long-as-it-has-to-be'];
    const [engine, other] = [0, 1].map(() =>
      createSeal({ prefix: 'bench', secrets: () => secrets, clock: systemClock }),
    );
    const opened = (bytes: Buffer): Buffer => {
      const answer = other!.open('channel', bytes);
      if ('refused' in answer) throw new Error(`refused as ${answer.refused}`);
      return answer.body;
    };
    const written = (): Buffer => Buffer.from(JSON.stringify(envelopeOf()));
    const bytes = written();
    const plain = meanMs(rounds, () => {
      const answer = openEnvelope(STOCK_TOPICS.quotes, JSON.parse(written().toString()), Date.now());
      if ('dropped' in answer) throw new Error(`dropped as ${answer.dropped}`);
    });
    const sealing = meanMs(rounds, () => opened(engine!.close('channel', bytes)));
    const share = sealing / plain;
    return {
      rows: [
        {
          what: `seal of ${QUOTES} quotes between two replicas, CPU time of both`,
          measured: `${milliseconds(sealing)}: ${share.toFixed(2)} ×`,
          yardstick: `JSON and its check ${milliseconds(plain)}`,
          target: `≤ ${MAX_SHARE} ×`,
          reached: share <= MAX_SHARE,
        },
      ],
      notes: [
        `${(bytes.length / 1_000).toFixed(0)} KB; ${((sealing * PER_SECOND) / 10).toFixed(2)} % of a core for both ends at ${PER_SECOND} messages a second`,
      ],
    };
  },
};

function meanMs(rounds: number, run: () => void): number {
  for (let round = 0; round < Math.min(rounds, WARM_UP); round++) run();
  const before = cpuSeconds();
  for (let round = 0; round < rounds; round++) run();
  return ((cpuSeconds() - before) / rounds) * 1_000;
}

function envelopeOf() {
  const at = Date.now();
  const quotes = Array.from({ length: QUOTES }, (_, index) => ({
    symbol: `S${index}`,
    price: 100.25 + index,
    ...{ bid: 100.24 + index, ask: 100.26 + index, bidSize: 200, askSize: 300 },
    ...{ open: 99.5, high: 101.75, low: 98.25, previousClose: 99.9, volume: 1_234_567 },
    ...{ sourceTime: at, receivedAt: at, state: 'live' },
  }));
  return { version: BUS_VERSION, at, message: { lease: 3, after: 6, seq: 7, at, quotes } };
}
