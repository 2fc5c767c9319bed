import { useId } from 'react';
import type { OrderType, Side, TimeInForce } from '../../../../src/protocol/orders.ts';
import { Choice } from '../../components/choice.tsx';
import { NumberField } from './number-field.tsx';
import type { Ticket, TypedField } from './ticket.ts';

const SIDES = [
  { value: 'buy', label: 'Buy', selectedClass: 'bg-up-soft text-up' },
  { value: 'sell', label: 'Sell', selectedClass: 'bg-down-soft text-down' },
] as const satisfies readonly { value: Side; label: string; selectedClass: string }[];
const TYPES = [
  { value: 'market', label: 'Market' },
  { value: 'limit', label: 'Limit' },
  { value: 'stop', label: 'Stop' },
] as const satisfies readonly { value: OrderType; label: string }[];

const TIMES = [
  { value: 'day', label: 'Day' },
  { value: 'gtc', label: 'Good till cancelled' },
] as const satisfies readonly { value: TimeInForce; label: string }[];

export interface OrderFieldsProps {
  readonly ticket: Ticket;
  readonly busy: boolean;
  readonly onChange: (part: Partial<Ticket>) => void;
  /** The field that holds no order yet, and the id of the sentence that says why. */
  readonly problem: { readonly field: TypedField; readonly id: string } | null;
}

function Price({ ticket, busy, onChange, problem }: OrderFieldsProps) {
  if (ticket.type === 'market') {
    return (
      <div>
        <p className="mb-1 text-muted text-xs">Price</p>
        <p className="flex h-9 items-center justify-end rounded-md bg-raised px-2.5 text-muted max-sm:h-10.5">
          Market
        </p>
      </div>
    );
  }
  return (
    <NumberField
      label={ticket.type === 'limit' ? 'Limit price' : 'Stop price'}
      inputMode="decimal"
      value={ticket.price}
      onChange={(price) => onChange({ price })}
      readOnly={busy}
      problemId={problem?.field === 'price' ? problem.id : undefined}
    />
  );
}

/** Side, type, quantity, price and time in force. */
export function OrderFields({ ticket, busy, onChange, problem }: OrderFieldsProps) {
  const id = useId();
  return (
    <>
      <Choice
        label="Side"
        hideLabel
        value={ticket.side}
        options={SIDES}
        onChange={(side) => onChange({ side })}
      />
      <Choice
        label="Type"
        hideLabel
        value={ticket.type}
        options={TYPES}
        onChange={(type) => onChange({ type })}
      />
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label="Quantity"
          inputMode="numeric"
          value={ticket.quantity}
          onChange={(quantity) => onChange({ quantity })}
          readOnly={busy}
          problemId={problem?.field === 'quantity' ? problem.id : undefined}
        />
        <Price ticket={ticket} busy={busy} onChange={onChange} problem={problem} />
      </div>
      <div>
        <label htmlFor={id} className="mb-1 block text-muted text-xs">
          Time in force
        </label>
        <select
          id={id}
          value={ticket.timeInForce}
          onChange={({ target }) => {
            const chosen = TIMES[target.selectedIndex];
            if (chosen) onChange({ timeInForce: chosen.value });
          }}
          aria-disabled={busy}
          className="field"
        >
          {TIMES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}
