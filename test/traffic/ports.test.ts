/** The loops over what is no WebSocket: the ports ask for no more than a plain socket has. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/host/clock.js';
import { Numbering } from '../../src/traffic/numbering.js';
import { startPacketReceiver } from '../../src/traffic/packet-receiver.js';
import { startReceiver } from '../../src/traffic/receiver.js';
import { startSender } from '../../src/traffic/sender.js';
import type { LoadSink, LoadWriter, PacketListener, Stamp } from '../../src/transport/channel.js';

const test = { omitSeconds: 0, seconds: 0.5, intervalSeconds: 0 };

function tcpWriter(socket: Socket, blockBytes: number, maxBytes: number): LoadWriter {
  const load = Buffer.alloc(maxBytes, 'load');
  let takenBytes = 0;
  return {
    ...{ blockBytes, maxBytes },
    get takenBytes() {
      return takenBytes;
    },
    limitUnsent: () => {},
    write(bytes, taken) {
      socket.write(load.subarray(0, bytes), (error) => {
        if (error) return;
        takenBytes += bytes;
        taken();
      });
    },
  };
}

function udpWriter(socket: UdpSocket, blockBytes: number, stamp: Stamp): LoadWriter {
  let takenBytes = 0;
  return {
    ...{ blockBytes, maxBytes: 16 * blockBytes },
    get takenBytes() {
      return takenBytes;
    },
    limitUnsent: () => {},
    write(bytes, taken) {
      for (let left = bytes; left > 0; left -= blockBytes) {
        const packet = Buffer.alloc(blockBytes);
        stamp(packet);
        // What the system refuses is lost, as on the way.
        socket.send(packet, () => {
          takenBytes += blockBytes;
          if (left <= blockBytes) taken();
        });
      }
    },
  };
}

it('a byte stream over TCP', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connect(Object(server.address()).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => void client.destroy());

  const data: { sink: LoadSink | undefined } = { sink: undefined };
  far.on('data', (chunk) => data.sink?.arrived(chunk.length));
  const receiver = startReceiver(data, { ...test, clock, bytes: 3_000_001, onInterval: () => {} });
  const writer = tcpWriter(client, 65_536, 1 << 20);
  const sender = startSender(writer, {
    ...test,
    seconds: 30,
    clock,
    bytes: 3_000_001,
    bitsPerSecond: 0,
    roundTripSeconds: 0,
  });
  expect((await receiver.finished).bytes).toBe(3_000_001);
  expect((await sender.finished).bytes).toBe(3_000_001);
});

it('numbered packets over UDP', async () => {
  const [near, far] = [createSocket('udp4'), createSocket('udp4')];
  onTestFinished(() => void [near, far].map((socket) => socket.close()));
  far.bind(0, '127.0.0.1');
  await once(far, 'listening');
  near.connect(far.address().port, '127.0.0.1');
  await once(near, 'connect');

  const data: { packets: PacketListener | undefined } = { packets: undefined };
  far.on('message', (packet) => data.packets?.(packet, packet.length));
  const rate = { bitsPerSecond: 1_120_000, packetBytes: 1400 };
  const receiver = startPacketReceiver(data, { ...test, ...rate, clock, graceSeconds: 1, onInterval: () => {} });
  const numbering = new Numbering(() => clock.now() * 1e9);
  const sender = startSender(udpWriter(near, 1400, numbering.stamp), { ...test, ...rate, clock, roundTripSeconds: 0 });
  await sender.finished;
  while (receiver.bytes < 1400 * numbering.next) await once(far, 'message');
  expect(receiver.peerSent(numbering.next)).toBe(true);
  expect(receiver.packets).toMatchObject({ packets: numbering.next, lost: 0, malformed: 0 });
  expect(numbering.next).toBeGreaterThan(20);
});
