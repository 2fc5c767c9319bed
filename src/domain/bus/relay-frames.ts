import { z } from 'zod';

/** A frame is what one replica sends at once: its name, whether it is cut off from Redis, and messages. */
const frameSchema = z.looseObject({
  from: z.string(),
  cut: z.boolean(),
  items: z.array(z.tuple([z.string(), z.unknown()])),
});
export type Frame = z.output<typeof frameSchema>;

/** A message that is far too large for one text goes in parts; the candles of a day, the largest, need twenty. */
const MAX_PARTS = 32;
const PART = /^(\d+)\/(\d+) /;
/** The numbers before a part. */
const PART_BYTES = 6;

/** As plain ASCII, so that characters are bytes. */
export const toItem = (topic: string, envelope: unknown): string =>
  JSON.stringify([topic, envelope]).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const frameOf = (items: readonly string[], from: string, cut: boolean): string =>
  `{"from":"${from}","cut":${cut},"items":[${items.join(',')}]}`;

/** Bytes of a frame besides its items. */
export const frameBytes = (from: string): number => frameOf([], from, false).length;

export const fits = (item: string, from: string, maxBytes: number): boolean =>
  item.length + frameBytes(from) <= MAX_PARTS * (maxBytes - PART_BYTES);

/** As many items as fit into each text, at least one frame even of none; `taken` items are in them. */
export function packFrames(
  items: readonly string[],
  { from, cut, maxBytes, maxTexts }: { from: string; cut: boolean; maxBytes: number; maxTexts: number },
): { texts: string[]; taken: number } {
  const texts: string[] = [];
  let taken = 0;
  do {
    let bytes = frameBytes(from);
    let end = taken;
    for (; end < items.length; end++) {
      bytes += items[end]!.length + 1;
      if (end > taken && bytes > maxBytes) break;
    }
    texts.push(...inParts(frameOf(items.slice(taken, end), from, cut), maxBytes));
    taken = end;
  } while (taken < items.length && texts.length < maxTexts);
  return { texts, taken };
}

function inParts(text: string, maxBytes: number): string[] {
  if (text.length <= maxBytes) return [text];
  const size = maxBytes - PART_BYTES;
  const count = Math.ceil(text.length / size);
  return Array.from(
    { length: count },
    (_, index) => `${index + 1}/${count} ${text.slice(index * size, (index + 1) * size)}`,
  );
}

/** Joins parts: those of one frame arrive one after the other, or not at all. */
export function createFrameReader(): (text: string) => Frame | 'unfinished' | null {
  let parts: string[] = [];

  return (text) => {
    const part = PART.exec(text);
    if (part === null) return readFrame(text);
    const [index, count] = [Number(part[1]), Number(part[2])];
    if (index === 1) parts = [];
    if (index !== parts.length + 1 || index > count || count > MAX_PARTS) return null;
    parts.push(text.slice(part[0].length));
    return index === count ? readFrame(parts.splice(0).join('')) : 'unfinished';
  };
}

function readFrame(text: string): Frame | null {
  try {
    return frameSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
