/** What a length counts, by the type that it follows. Extensions of any length are left out: the stock emitter sends none. */
const COUNTED: Readonly<
  Record<number, { readonly lengthBytes: 1 | 2 | 4; readonly of: 'bytes' | 'items' | 'pairs' }>
> = {
  196: { lengthBytes: 1, of: 'bytes' },
  197: { lengthBytes: 2, of: 'bytes' },
  198: { lengthBytes: 4, of: 'bytes' },
  217: { lengthBytes: 1, of: 'bytes' },
  218: { lengthBytes: 2, of: 'bytes' },
  219: { lengthBytes: 4, of: 'bytes' },
  220: { lengthBytes: 2, of: 'items' },
  221: { lengthBytes: 4, of: 'items' },
  222: { lengthBytes: 2, of: 'pairs' },
  223: { lengthBytes: 4, of: 'pairs' },
};
/** Bytes behind the type of what has always as many: nil, booleans, numbers and short extensions, such as a time. */
const FIXED: Readonly<Record<number, number>> = {
  ...{ 192: 0, 194: 0, 195: 0 },
  ...{ 202: 4, 203: 8, 204: 1, 205: 2, 206: 4, 207: 8, 208: 1, 209: 2, 210: 4, 211: 8 },
  ...{ 212: 2, 213: 3, 214: 5, 215: 9, 216: 17 },
};

/**
 * Whether the bytes are one MessagePack value with everything that it announces, at most `maxDepth` levels deep. The
 * adapter's decoder allocates what a length announces before it looks for the bytes: six bytes take seconds and hundreds
 * of megabytes.
 */
export function isWholeValue(bytes: Buffer, maxDepth: number): boolean {
  /** Values that each open level still waits for. */
  const levels = [1];
  /** Their sum: each of them takes a byte at least. */
  let awaited = 1;
  let at = 0;
  while (levels.length > 0) {
    if (levels.at(-1) === 0) {
      levels.pop();
      continue;
    }
    const next = awaited <= bytes.length - at ? readHead(bytes, at) : null;
    if (next === null) return false;
    levels[levels.length - 1]! -= 1;
    awaited += next.values - 1;
    at = next.end;
    if (next.values > 0 && levels.push(next.values) > maxDepth) return false;
  }
  return at === bytes.length;
}

/** How many values the one at `at` contains, and where its own bytes end; null where they are not there. */
function readHead(bytes: Buffer, at: number): { readonly values: number; readonly end: number } | null {
  const first = bytes[at]!;
  const whole = (values: number, end: number) => (end <= bytes.length ? { values, end } : null);
  if (first < 0x80 || first >= 0xe0) return whole(0, at + 1);
  if (first < 0x90) return whole(2 * (first & 0x0f), at + 1);
  if (first < 0xa0) return whole(first & 0x0f, at + 1);
  if (first < 0xc0) return whole(0, at + 1 + (first & 0x1f));
  const fixed = FIXED[first];
  if (fixed !== undefined) return whole(0, at + 1 + fixed);
  const counted = COUNTED[first];
  const body = at + 1 + (counted?.lengthBytes ?? 0);
  if (counted === undefined || body > bytes.length) return null;
  const length = bytes.readUIntBE(at + 1, counted.lengthBytes);
  if (counted.of === 'bytes') return whole(0, body + length);
  return whole(counted.of === 'pairs' ? 2 * length : length, body);
}
