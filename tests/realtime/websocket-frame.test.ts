import { expect, test } from '@jest/globals';
import * as ws from 'ws';
import { toTextFrame } from '../../src/realtime/websocket-frame.ts';

/** `ws` exports its sender without types. */
const { frame: encode } = (ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } })
  .Sender;
const OPTIONS = { readOnly: false, mask: false, rsv1: false, opcode: 1, fin: true };

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 100_000])(
  'a text message of %d bytes has the bytes that ws gives it',
  (length) => {
    const text = 'x'.repeat(length);
    expect(toTextFrame(text).equals(Buffer.concat(encode(Buffer.from(text), OPTIONS)))).toBe(true);
  },
);

test('the length counts bytes, and half a character becomes a replacement', () => {
  const text = `${'é'.repeat(100)}\ud800`;
  expect(toTextFrame(text).equals(Buffer.concat(encode(Buffer.from(text), OPTIONS)))).toBe(true);
});
