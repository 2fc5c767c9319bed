import { useId } from 'react';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { SymbolSearch } from '../../components/symbol-search.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { usePresent } from '../../hooks/use-present.ts';
import { money, quantity as shares } from '../../lib/format.ts';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { BidLastAsk } from './bid-last-ask.tsx';
import { OrderFields } from './order-fields.tsx';
import { OrderResult } from './order-result.tsx';
import { ProposalNote } from './proposal-note.tsx';
import { actionOf, blockOf, estimate, warningOf } from './ticket.ts';
import { useOrderForm } from './use-order-form.ts';

function Row({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-muted">{label}</dt>
      <dd className="font-medium">{value}</dd>
    </div>
  );
}

/** What is to be bought or sold, what it would cost, and what became of it. */
export function OrderTicket() {
  const id = useId();
  const form = useOrderForm();
  const { ticket, read, circumstances, chosen, busy, outcome, proposal } = form;
  const { setUnsettled, choose, change, submit } = form;
  const frozen = useFreshness() === 'frozen';
  const { present } = usePresent(ticket.symbol ?? '');
  const unsupported = ticket.symbol !== null && isContract(ticket.symbol);
  const { quote, unsettled, buyingPower, held } = circumstances;
  const buying = ticket.side === 'buy';
  const cost = read.ok ? estimate(read.value, quote) : null;
  const blocked = blockOf(read, circumstances);
  const warning = warningOf(ticket, read, circumstances);
  const problemField = unsettled === null && !read.ok ? read.field : undefined;
  const needsAttention = unsettled !== null || unsupported || (warning !== null && blocked === null);

  return (
    <Panel id="ticket" title="Order">
      <form
        onSubmit={(event) => void submit(event, blocked)}
        className="flex flex-col gap-3 p-3 sm:p-4"
        noValidate
      >
        <SymbolSearch
          label="Symbol"
          showLabel
          placeholder="Symbol or company"
          value={chosen === null ? '' : instrumentWords(chosen)}
          onSelect={choose}
          onUnsettled={setUnsettled}
          readOnly={busy}
        />
        <BidLastAsk
          symbol={ticket.symbol ?? ''}
          quote={present}
          notLive={frozen || present?.state === 'stale'}
        />
        {quote?.fillBasis === 'last-trade' ? (
          <p className="text-muted text-xs">This feed has no bid and ask: orders fill at the last trade.</p>
        ) : null}
        <OrderFields
          ticket={ticket}
          busy={busy}
          onChange={change}
          problem={problemField === undefined ? null : { field: problemField, id: `${id}-why` }}
        />
        <dl className="flex flex-col gap-1">
          <Row label={buying ? 'Estimated cost' : 'Estimated proceeds'} value={money(cost)} />
          {buying ? (
            <Row label="Buying power" value={money(buyingPower)} />
          ) : (
            <Row label="You hold" value={shares(held)} />
          )}
        </dl>
        <Button
          kind={buying ? 'buy' : 'sell'}
          type="submit"
          className="min-h-10"
          // A disabled button would drop the focus of the reader who has just pressed it.
          aria-disabled={busy || blocked !== null}
          aria-describedby={`${id}-why`}
        >
          {busy ? 'Sending…' : actionOf(ticket, read, outcome?.kind === 'uncertain')}
        </Button>
        <p id={`${id}-why`} className={`min-h-5 text-xs ${needsAttention ? 'text-warn' : 'text-muted'}`}>
          {blocked ?? warning ?? ''}
        </p>
        <div role="status" className="contents">
          {proposal ? <ProposalNote proposal={proposal} present={present} /> : null}
          <OrderResult outcome={outcome} />
        </div>
      </form>
    </Panel>
  );
}
