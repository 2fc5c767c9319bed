import { compactMoney, money, wholeDollars } from '../../lib/format.ts';

/** In short where the panel has no room for every digit; the title has the cents. */
export function Dollars({ value, look = '' }: { value: number; look?: string }) {
  return (
    <span title={money(value)} className={`whitespace-nowrap ${look}`}>
      <span className="@max-5xl:hidden">{wholeDollars(value)}</span>
      <span className="@5xl:hidden">{compactMoney(value)}</span>
    </span>
  );
}
