import type { OptionState } from '../../../../src/protocol/options.ts';
import { Missing } from '../../components/missing.tsx';
import { price } from '../../lib/format.ts';
import { sourceWord } from '../../lib/source-word.ts';

export interface BidLastAskProps {
  readonly symbol: string;
  readonly quote:
    | {
        readonly bid?: number;
        readonly price?: number;
        readonly ask?: number;
        readonly state: OptionState;
      }
    | undefined;
  readonly notLive: boolean;
}

/** What can be got now. */
export function BidLastAsk({ symbol, quote, notLive }: BidLastAskProps) {
  return (
    <dl className="grid grid-cols-3 gap-2 text-center">
      {(
        [
          ['Bid', quote?.bid],
          ['Last', quote?.price],
          ['Ask', quote?.ask],
        ] as const
      ).map(([label, value]) => (
        <div key={label} className="rounded-md bg-raised px-1 py-1">
          <dt className="text-muted text-xs">{label}</dt>
          <dd className={`font-medium ${notLive ? 'text-muted' : ''}`}>
            {quote?.state === 'missing' ? <Missing reason={sourceWord(quote.state)} /> : price(value, symbol)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
