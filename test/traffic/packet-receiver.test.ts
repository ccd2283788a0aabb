/** Packets whose numbers stand as another dialect writes them. */
import { expect, it } from 'vitest';
import type { PacketCodec } from '../../src/protocol/packet-header.js';
import { Numbering } from '../../src/traffic/numbering.js';
import { startPacketReceiver } from '../../src/traffic/packet-receiver.js';
import type { PacketListener } from '../../src/transport/channel.js';
import { FakeClock } from '../support/fake-clock.js';

/** Seconds, microseconds and a number from 1 on, 32 bits each. */
const threeWords: PacketCodec = {
  write(head, { number, stampNs }) {
    const view = new DataView(head.buffer, head.byteOffset);
    view.setUint32(0, stampNs / 1e9);
    view.setUint32(4, (stampNs % 1e9) / 1e3);
    view.setUint32(8, number + 1);
  },
  read(head) {
    const view = new DataView(head.buffer, head.byteOffset);
    return { number: view.getUint32(8) - 1, stampNs: view.getUint32(0) * 1e9 + view.getUint32(4) * 1e3 };
  },
};

it('are numbered and counted by the codec that is given', () => {
  const clock = new FakeClock();
  const channel: { packets: PacketListener | undefined } = { packets: undefined };
  const test = { omitSeconds: 0, seconds: 1, intervalSeconds: 0, bitsPerSecond: 0, packetBytes: 100 };
  const receiver = startPacketReceiver(channel, { ...test, clock, codec: threeWords, onInterval: () => {} });
  const numbering = new Numbering(() => clock.now() * 1e9, threeWords);
  const head = new Uint8Array(16);
  for (let i = 0; i < 10; i++) {
    numbering.stamp(head);
    clock.advance(0.01);
    if (i !== 4) channel.packets?.(head, 100);
  }
  expect(receiver.peerSent(numbering.next)).toBe(true);
  expect(receiver.packets).toMatchObject({ packets: 10, lost: 1, malformed: 0, outOfOrder: 0 });
  expect(receiver.packets.jitterMs).toBeLessThan(0.01);
  expect(receiver.bytes).toBe(900);
  expect(clock.pending).toBe(0);
});
