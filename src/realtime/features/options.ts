import type { Demand } from '../../domain/market/demand.ts';
import type { LiveContract } from '../../domain/options/contract-group.ts';
import type { ContractListing } from '../../domain/options/contract-listing.ts';
import { contractToPayload } from '../../domain/options/contract-quote.ts';
import { closeOf } from '../../domain/options/expiry.ts';
import type { LiveContracts } from '../../domain/options/live-contracts.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { MAX_CONTRACTS_PER_CONNECTION } from '../../protocol/limits.ts';
import { isContract } from '../../protocol/symbol.ts';
import type { FeatureFactory } from '../feature.ts';
import type { StateSource } from '../state-lane/topic.ts';
import { createContractDemand } from './contract-demand.ts';
import { createSelection } from './selecting.ts';
import { createWatching } from './watching.ts';

export interface OptionsParts {
  readonly liveContracts: LiveContracts;
  readonly contractListing: ContractListing;
  /** Of contracts. */
  readonly optionDemand: Pick<Demand, 'set' | 'resync'>;
  /** Of their underlyings. */
  readonly demand: Pick<Demand, 'set'>;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
}

/** Quotes and greeks of the contracts that a peer watches. */
export const optionsFeature =
  (parts: OptionsParts): FeatureFactory =>
  ({ lane, metrics }) => {
    const { liveContracts, contractListing, optionDemand } = parts;
    const wanted = createContractDemand(parts);
    const contracts: StateSource<LiveContract, 'option:update'> = {
      event: 'option:update',
      latest: liveContracts.get,
      toPayload: ({ contract, values }) => contractToPayload(contract, values),
      subjectOf: ({ contract }) => contract.terms.symbol,
      onChange: liveContracts.onChange,
      receivedAt: ({ receivedAt }) => receivedAt,
      onConflated: metrics.quoteConflated,
      toStale: (live) =>
        live.contract.state === 'missing'
          ? live
          : { ...live, contract: { ...live.contract, state: 'stale' } },
      onStall: optionDemand.resync,
    };
    const watching = createWatching({
      lane,
      source: contracts,
      max: MAX_CONTRACTS_PER_CONNECTION,
      refusal: (max) => new TradecastError('CONTRACT_LIMIT', `Contract limit exceeded (max ${max})`),
      onChange: wanted.set,
    });
    const mayTrade = (contract: string): boolean => (closeOf(contract) ?? 0) > parts.marketTime();

    const selection = createSelection({
      watching,
      overLimit: 'CONTRACT_LIMIT',
      refusalOf(symbol) {
        if (!isContract(symbol)) return 'UNSUPPORTED_INSTRUMENT';
        return mayTrade(symbol) ? null : 'UNKNOWN_SYMBOL';
      },
      onAdd: liveContracts.add,
      unlisted: contractListing.unlisted,
    });

    return {
      sources: [contracts],
      selections: { options: selection },
      left: watching.left,
      tick() {
        liveContracts.tick();
        wanted.tick();
        return false;
      },
      start() {
        const ends = [liveContracts.start(), wanted.start()];
        return () => {
          for (const end of ends) end();
          watching.stop();
        };
      },
      handlers: {
        async 'subscribe:options'(peer, requested) {
          const current = requested.filter(mayTrade);
          if (current.length === 0)
            throw new TradecastError('UNKNOWN_SYMBOL', 'All of these contracts have expired');
          const { unlisted: check } = contractListing;
          const {
            added: contracts,
            refused: unlisted,
            after,
          } = await watching.addChecked(peer, current, check);
          if (current.every((symbol) => unlisted.has(symbol)))
            throw new TradecastError('UNKNOWN_SYMBOL', 'None of these contracts exists');
          liveContracts.add(contracts);
          const refused = requested.filter((symbol) => !mayTrade(symbol) || unlisted.has(symbol));
          const rejected = refused.map((symbol) => ({ symbol, code: 'UNKNOWN_SYMBOL' as const }));
          return { after, ack: { type: 'options', contracts, ...(rejected.length > 0 && { rejected }) } };
        },

        'unsubscribe:options': (peer, requested) => ({
          ack: { type: 'options', contracts: watching.remove(peer, requested) },
        }),
      },
    };
  };
