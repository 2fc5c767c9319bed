import type { Cancel } from '../lib/clock.ts';

/** Connections that have not said who they are: they cost nobody a place, so they are counted by address. */
export interface WaitingRoom {
  /** Answers with what leaves it again; null where it is full. */
  enter(address: string): Cancel | null;
}

export interface RoomLimits {
  readonly perAddress: number;
  readonly inAll: number;
}

export function createWaitingRoom({ perAddress, inAll }: RoomLimits): WaitingRoom {
  const byAddress = new Map<string, number>();
  let waiting = 0;

  function leave(address: string): void {
    waiting -= 1;
    const left = (byAddress.get(address) ?? 0) - 1;
    if (left > 0) byAddress.set(address, left);
    else byAddress.delete(address);
  }

  return {
    enter(address) {
      const ofAddress = byAddress.get(address) ?? 0;
      if (!(ofAddress < perAddress && waiting < inAll)) return null;
      byAddress.set(address, ofAddress + 1);
      waiting += 1;
      let isInside = true;
      return () => {
        if (isInside) leave(address);
        isInside = false;
      };
    },
  };
}
