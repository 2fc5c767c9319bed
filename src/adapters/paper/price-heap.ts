/** What a heap keeps. An item is in one heap at a time. */
export interface Ranked {
  /** The lowest comes first. It stands still while the item is in a heap. */
  rank: number;
  /** Where in its heap the item is; only the heap writes it. */
  slot: number;
}

/** Items by rank: adding and removing one costs the logarithm of their number, a look at the first ones only these. */
export interface PriceHeap<Item extends Ranked> {
  readonly size: number;
  add(item: Item): void;
  remove(item: Item): void;
  /** The items up to this rank, in no order. */
  upTo(rank: number): Item[];
}

export function createPriceHeap<Item extends Ranked>(): PriceHeap<Item> {
  const items: Item[] = [];

  const put = (item: Item, slot: number): void => {
    items[slot] = item;
    item.slot = slot;
  };

  function rise(item: Item, from: number): void {
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = items[parent]!;
      if (above.rank <= item.rank) break;
      put(above, slot);
      slot = parent;
    }
    put(item, slot);
  }

  function sink(item: Item, from: number): void {
    let slot = from;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]!.rank < items[child]!.rank) child += 1;
      const below = items[child]!;
      if (below.rank >= item.rank) break;
      put(below, slot);
      slot = child;
    }
    put(item, slot);
  }

  return {
    get size() {
      return items.length;
    },
    add(item) {
      items.push(item);
      rise(item, items.length - 1);
    },
    remove(item) {
      const { slot } = item;
      const last = items.pop()!;
      if (last === item) return;
      sink(last, slot);
      rise(last, last.slot);
    },
    upTo(rank) {
      const found: Item[] = [];
      const slots = [0];
      for (let slot = slots.pop(); slot !== undefined; slot = slots.pop()) {
        const item = items[slot];
        // Whatever is below an item comes after it.
        if (!item || item.rank > rank) continue;
        found.push(item);
        slots.push(2 * slot + 1, 2 * slot + 2);
      }
      return found;
    },
  };
}
