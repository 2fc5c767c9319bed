/** The server's signals in dashboard tests: two numbered streams, of which a tier sees one or both. */
import type { AckOf, CommandArgs } from '../../../src/protocol/events.ts';
import type { SignalPayload, SignalStream, SignalStreamState } from '../../../src/protocol/signals.ts';
import { includesTier, type Tier } from '../../../src/protocol/tier.ts';

export const SIGNAL_EPOCH = 'signals-1';

export interface SignalDesk {
  tier: Tier;
  /** Every revision, oldest first. */
  readonly sent: SignalPayload[];
}

export function signalOf(part: Partial<SignalPayload> & Pick<SignalPayload, 'id' | 'seq'>): SignalPayload {
  const premium = part.premium ?? false;
  return {
    revision: 1,
    symbol: 'AAPL',
    action: 'buy',
    price: 230,
    source: 'alpha',
    premium,
    timestamp: new Date().toISOString(),
    stream: premium ? 'premium' : 'free',
    epoch: SIGNAL_EPOCH,
    ...part,
  };
}

export const isOpen = ({ tier }: SignalDesk, stream: SignalStream): boolean =>
  stream === 'free' || includesTier(tier, 'PROFESSIONAL');

/** GET /api/signals */
export function listSignals(desk: SignalDesk, { query }: { readonly query: URLSearchParams }) {
  const newest = new Map<string, SignalPayload>();
  for (const signal of desk.sent) {
    const key = `${signal.source} ${signal.id}`;
    newest.delete(key);
    newest.set(key, signal);
  }
  const premiumOnly = query.get('premiumOnly') === 'true';
  const open = [...newest.values()]
    .reverse()
    .filter(({ stream }) => isOpen(desk, stream) && (!premiumOnly || stream === 'premium'));
  const before = query.get('before');
  const start = before === null ? 0 : open.findIndex(({ stream, seq }) => `${stream}:${seq}` === before) + 1;
  return { signals: open.slice(start, start + Number(query.get('limit') ?? 50)) };
}

/** What `subscribe:signals` is answered with, and what follows. */
export function subscribeSignals(desk: SignalDesk, payload: CommandArgs<'subscribe:signals'>[0]) {
  const stateOf = (stream: SignalStream): SignalStreamState => {
    const head = desk.sent.filter((one) => one.stream === stream).at(-1)?.seq ?? 0;
    return { epoch: SIGNAL_EPOCH, head, recovered: payload?.positions?.[stream]?.epoch === SIGNAL_EPOCH };
  };
  const confirmed: AckOf<'subscribe:signals'> = {
    type: 'signals',
    tier: desk.tier,
    streams: {
      free: stateOf('free'),
      ...(isOpen(desk, 'premium') && { premium: stateOf('premium') }),
    },
  };
  const missed = desk.sent.filter(({ stream, seq }) => {
    const position = payload?.positions?.[stream];
    return isOpen(desk, stream) && position !== undefined && seq > position.after;
  });
  return { confirmed, missed };
}
