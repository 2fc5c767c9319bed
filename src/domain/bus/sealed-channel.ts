import type { Refusals } from './refusals.ts';
import type { RelayChannel } from './relay-channel.ts';
import { SEAL_BYTES, type Seal } from './seal.ts';

/** The relay's channel with a seal on each text: any user of the database may notify, a read-only one too. */
export function createSealedChannel(
  channel: RelayChannel,
  { name, seal, refusals }: { readonly name: string; readonly seal: Seal; readonly refusals: Refusals },
): RelayChannel {
  return {
    ...channel,
    maxBytes: channel.maxBytes - SEAL_BYTES,
    send: (texts) => channel.send(texts.map((text) => seal.close(name, text).toString())),
    onText(listener) {
      channel.onText((text) => {
        const opened = seal.open(name, Buffer.from(text));
        if ('refused' in opened) refusals.refuse(opened.refused, name);
        else listener(opened.body.toString());
      });
    },
  };
}
