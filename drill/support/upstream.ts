import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { startTcpProxy, type TcpProxy } from '../../rig/stand-ins/tcp-proxy.ts';
import { UPSTREAM_KEY } from './unchecked-source.ts';

/** The market data upstream of a drill, behind a line that can be broken, with a market that moves. */
export interface Upstream {
  readonly env: Readonly<Record<string, string>>;
  readonly standIn: MassiveStandIn;
  readonly line: TcpProxy;
  /** Good ticks of each symbol a second; 0 stops the market. */
  setPace(perSecond: number): void;
  /** When the last good ticks before `at` left, milliseconds; they leave for all symbols at once. */
  lastTicksBefore(at: number): number;
  /** Whether a price, bid or ask can come from the good ticks of this symbol. */
  isGood(symbol: string, price: unknown): boolean;
  close(): Promise<void>;
}

/** The market of one symbol moves within a dollar, far from every other's. */
const PRICE_STEP = 10;
const LOWEST = 100;
/** How late a tick is that falls due while another is sent. */
const TIMER_MS = 10;

export async function startUpstream(symbols: readonly string[]): Promise<Upstream> {
  const standIn = await startMassiveStandIn(UPSTREAM_KEY);
  const line = await startTcpProxy(Number(new URL(standIn.wsUrl).port));
  const sentAt: number[] = [];
  let count = 0;
  let perSecond = 0;
  let owed = 0;
  let lastLook = Date.now();

  // Every symbol that is looked up is there, without a day before.
  standIn.behaviour.rest = ({ searchParams }) => {
    const ticker = searchParams.get('ticker');
    return { body: { status: 'OK', ...(ticker && { results: [{ ticker, name: ticker }] }) } };
  };

  function sendTicks(): void {
    const connection = standIn.connections.findLast((one) => one.isOpen() && one.topics.size > 1);
    if (!connection) return;
    count += 1;
    const t = Date.now();
    const frame = symbols.flatMap((sym, index) => {
      const p = (LOWEST + index * PRICE_STEP) * 100 + (count % 100);
      return [
        { ev: 'T', sym, x: 10, p: p / 100, s: 100, t, i: String(count), q: count, z: 3 },
        { ev: 'Q', sym, bp: (p - 1) / 100, ap: (p + 1) / 100, bs: 1_000_000, as: 1_000_000, t, q: count },
      ];
    });
    connection.send(frame);
    sentAt.push(t);
  }
  const timer = setInterval(() => {
    const now = Date.now();
    owed = Math.min(owed + ((now - lastLook) / 1_000) * perSecond, perSecond);
    lastLook = now;
    for (; owed >= 1; owed--) sendTicks();
  }, TIMER_MS);

  return {
    env: {
      FEED: 'massive',
      MASSIVE_API_KEY: UPSTREAM_KEY,
      MASSIVE_WS_URL: `ws://127.0.0.1:${line.port}/stocks`,
      MASSIVE_REST_URL: standIn.restUrl,
      // The drill runs at any hour.
      MARKET_HOURS: 'always',
    },
    standIn,
    line,
    setPace(next) {
      perSecond = next;
      owed = 0;
    },
    lastTicksBefore: (at) => sentAt.findLast((sent) => sent <= at) ?? 0,
    isGood(symbol, price) {
      const middle = LOWEST + symbols.indexOf(symbol) * PRICE_STEP + 0.5;
      return typeof price === 'number' && Math.abs(price - middle) <= 1;
    },
    async close() {
      clearInterval(timer);
      await line.close();
      await standIn.close();
    },
  };
}
