/**
 * Load of a datagram test: packets of one size at a steady rate, each with its number and the time of its sending. Over a
 * connection that loses nothing, loss is what the sender had to skip, and delay grows before that. Behind its last packet the sender says how many there were, so that a loss at the very end is seen. A test by bytes rounds them
 * up to whole packets.
 */
import { waits } from '../../../defaults/index.js';
import { given } from '../../../given.js';
import { Numbering } from '../../../traffic/numbering.js';
import { startPacketReceiver } from '../../../traffic/packet-receiver.js';
import { startSender } from '../../../traffic/sender.js';
import type { Load } from './load.js';

const graceSeconds = waits.packetGraceSeconds;

export const datagramLoad: Load = {
  graceSeconds,
  receive(data, { test, anyPacketSize, graceSeconds: grace = graceSeconds, ...options }) {
    const packetBytes = anyPacketSize ? undefined : test.blockBytes;
    const stragglerSeconds = data.isApart ? waits.stragglerSeconds : 0;
    const waitsFor = { graceSeconds: grace, stragglerSeconds };
    return startPacketReceiver(data, { ...test, ...options, ...waitsFor, ...given({ packetBytes }) });
  },
  send(data, { test, maxBytes, saySent, stampNs, codec, ...options }) {
    const bytes = test.bytes && Math.ceil(test.bytes / test.blockBytes) * test.blockBytes;
    const numbering = new Numbering(stampNs ?? (() => options.clock.now() * 1e9), codec);
    const writer = data.loadWriter(test.blockBytes, maxBytes, numbering.stamp, test.bitsPerSecond > 0);
    const { pacingClock: clock = options.clock } = data;
    const sender = startSender(writer, {
      ...test,
      ...options,
      clock,
      bytes,
      onSkipped: numbering.skip,
      sendsPackets: true,
    });
    return {
      finished: sender.finished.finally(() => saySent(numbering.next)),
      get bytes() {
        return sender.bytes;
      },
      get writtenBytes() {
        return sender.writtenBytes;
      },
      get packets() {
        return numbering.next;
      },
      get pacing() {
        return sender.pacing;
      },
      stop: () => sender.stop(),
    };
  },
};
