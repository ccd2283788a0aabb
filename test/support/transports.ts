/** The WebSocket transport with something different about it. */
import type { Channel } from '../../src/transport/channel.js';
import type { Transport } from '../../src/transport/transport.js';
import { makeWsTransport, wsTransport } from '../../src/transport/ws/connect.js';

/** Connects as usual, and hands out what `change` makes of each channel. */
export function changedTransport(change: (channel: Channel) => Promise<Channel> | Channel): Transport {
  return {
    ...wsTransport,
    async connect(way) {
      const connected = await wsTransport.connect(way);
      return { ...connected, channel: await change(connected.channel) };
    },
  };
}

/** Sends and counts load with plain `ws` calls. */
export const plainTransport = makeWsTransport({ lane: false });
