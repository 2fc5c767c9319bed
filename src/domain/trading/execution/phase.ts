/** `off` without the lease, `reconciling` until our books and the broker's agree, then `trading`. */
export type Phase = 'off' | 'reconciling' | 'trading';

/** How far the executor has come in its term. */
export interface PhaseKeeper {
  current(): Phase;
  enter(phase: Phase): void;
  /** Something may have been missed: open orders are looked up again before anything else is claimed. */
  reconcileAgain(): void;
}

export function createPhaseKeeper(onChange: () => void): PhaseKeeper {
  let phase: Phase = 'off';
  return {
    current: () => phase,
    enter(next) {
      phase = next;
    },
    reconcileAgain() {
      if (phase === 'trading') phase = 'reconciling';
      onChange();
    },
  };
}
