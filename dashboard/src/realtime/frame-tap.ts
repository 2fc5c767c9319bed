import type { TradecastSocket } from './socket.ts';

/** One packet of the connection as it is on the wire, without the framing of WebSocket. */
export interface WireFrame {
  readonly direction: 'in' | 'out';
  readonly text: string;
}

/** Calls back for every packet until the returned function is called. */
export type FollowFrames = (onFrame: (frame: WireFrame) => void) => () => void;

interface Packet {
  readonly type: string;
  readonly data?: unknown;
}

/** https://github.com/socketio/engine.io-protocol: one digit in front of the data. */
const PACKET_DIGITS: Readonly<Record<string, string>> = {
  open: '0',
  close: '1',
  ping: '2',
  pong: '3',
  message: '4',
  upgrade: '5',
  noop: '6',
};
/** Socket.IO's packet that joins the namespace carries the session id, which no screen may show. */
const JOINS = /^40\{/;

function textOf({ type, data }: Packet): string {
  const text = `${PACKET_DIGITS[type] ?? type}${data === undefined ? '' : String(data)}`;
  return JOINS.test(text) ? '40{…}' : text;
}

/** The packets of a socket, over its reconnects. Nothing is read while nobody follows. */
export function createFrameTap(socket: TradecastSocket): FollowFrames {
  return (onFrame) => {
    const onPacket = (packet: Packet) => onFrame({ direction: 'in', text: textOf(packet) });
    const onPacketCreate = (packet: Packet) => onFrame({ direction: 'out', text: textOf(packet) });
    let detach = () => {};

    // Each connect has an engine of its own.
    function attach() {
      detach();
      const { engine } = socket.io;
      engine.on('packet', onPacket);
      engine.on('packetCreate', onPacketCreate);
      detach = () => {
        engine.off('packet', onPacket);
        engine.off('packetCreate', onPacketCreate);
      };
    }

    // There is one from the first connect on, also before the socket has joined.
    if (socket.io.engine) attach();
    socket.io.on('open', attach);
    return () => {
      socket.io.off('open', attach);
      detach();
    };
  };
}
