import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WperfError } from '../../../src/errors.js';
import type { KcpSettings } from '../../../src/transport/kcp/settings.js';
import { type DatagramPort, KcpStream } from '../../../src/transport/kcp/stream.js';
import { FakeClock } from '../../support/fake-clock.js';
import { PatternReader, pattern, settings } from './link.js';

/** Two ports that are each other's peer: a datagram arrives in the next turn of the event loop. */
class MemoryPort implements DatagramPort {
  peer: MemoryPort | undefined;
  isClosed = false;
  sent = 0;
  onDatagram: (datagram: Buffer) => void = () => {};

  send(datagram: Buffer): void {
    expect(this.isClosed).toBe(false);
    this.sent += 1;
    const copy = Buffer.from(datagram);
    setImmediate(() => this.peer?.onDatagram(copy));
  }

  close(): void {
    this.isClosed = true;
  }
}

function pair(own: Partial<KcpSettings> = {}) {
  const clock = new FakeClock();
  const ports = [new MemoryPort(), new MemoryPort()] as const;
  ports[0].peer = ports[1];
  ports[1].peer = ports[0];
  const ends = ports.map((port) => new KcpStream(port, { ...settings, ...own }, clock));
  const [a, b] = ends;
  if (!a || !b) throw new Error('two ends');
  return { clock, ports, a, b };
}

/** An end whose datagrams go nowhere. */
function alone() {
  const clock = new FakeClock();
  const port = new MemoryPort();
  return { clock, port, stream: new KcpStream(port, settings, clock) };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lets turns of the event loop and time go by, in small steps, until it is so. */
async function until(clock: FakeClock, done: () => boolean, seconds = 20): Promise<void> {
  for (let milliseconds = 0; !done(); milliseconds++) {
    if (milliseconds > seconds * 1000) throw new Error('not done in time');
    clock.advance(0.001);
    await turn();
    await turn();
  }
}

/** Writes as long as there is room; returns how much was taken. */
function writeAll(stream: KcpStream, bytes: number) {
  const written = { bytes: 0 };
  const more = () => {
    while (written.bytes < bytes) {
      const chunk = pattern(written.bytes, Math.min(4096, bytes - written.bytes));
      written.bytes += chunk.length;
      if (!stream.write(chunk)) {
        stream.once('drain', more);
        return;
      }
    }
  };
  more();
  return written;
}

describe('a KCP stream', () => {
  test('brings bytes both ways, and then has no timer', async () => {
    const { clock, a, b } = pair();
    const [atA, atB] = [new PatternReader(), new PatternReader()];
    a.on('data', (chunk: Buffer) => atA.add(chunk));
    b.on('data', (chunk: Buffer) => atB.add(chunk));
    writeAll(a, 1_000_000);
    writeAll(b, 300_000);
    await until(clock, () => atB.bytes === 1_000_000 && atA.bytes === 300_000 && clock.pending === 0);
    expect([atA.isSound, atB.isSound]).toEqual([true, true]);
    expect(a.statistics()).toMatchObject({ resentAtTimeout: 0, duplicatesReceived: 0 });
    expect(a.statistics().segmentsSent).toBeGreaterThan(1_000_000 / 1376);
  });

  test('takes no more than its window while nothing is acknowledged', async () => {
    const { stream, clock } = alone();
    stream.on('error', () => {});
    const written = writeAll(stream, 10_000_000);
    await turn();
    const bound = settings.sendWindow * 1376 + stream.writableHighWaterMark + 2 * 4096;
    expect(written.bytes).toBeLessThan(bound);
    expect(written.bytes).toBeGreaterThan(settings.sendWindow * 1300);
    clock.advance(1);
    expect(written.bytes).toBeLessThan(bound);
  });

  test('lets its window close while its reader pauses, and goes on when he does', async () => {
    const { clock, ports, a, b } = pair({ receiveWindow: 32 });
    const reader = new PatternReader();
    b.on('data', (chunk: Buffer) => reader.add(chunk));
    b.once('data', () => b.pause());
    const written = writeAll(a, 1_000_000);
    await until(clock, () => a.statistics().segmentsSent >= 32);
    const { segmentsSent } = a.statistics();
    for (let i = 0; i < 300; i++) {
      clock.advance(0.001);
      await turn();
    }
    expect(b.readableLength).toBeLessThan(b.readableHighWaterMark + 1376);
    const held = b.readableLength + 32 * 1376;
    expect(a.statistics().segmentsSent - segmentsSent).toBeLessThanOrEqual(held / 1376);
    expect(written.bytes).toBeLessThan(settings.sendWindow * 1376 + held + a.writableHighWaterMark + 2 * 4096);
    const sentByB = ports[1].sent;
    b.resume();
    await until(clock, () => reader.bytes === 1_000_000, 2);
    expect(ports[1].sent).toBeGreaterThan(sentByB);
    expect(reader.isSound).toBe(true);
  });

  test('fails when a segment was sent in vain too often', async () => {
    const { clock, port, stream } = alone();
    const failed = once(stream, 'error');
    stream.write('anybody?');
    clock.advance(60);
    const [error] = await failed;
    expect(error).toBeInstanceOf(WperfError);
    expect(error).toMatchObject({ code: 'peer-lost' });
    expect(port.isClosed).toBe(true);
    expect(port.sent).toBe(20);
    expect(clock.pending).toBe(0);
  });

  test('bears a silence of ten seconds, and no longer one of a quarter of a minute', async () => {
    const { clock, ports, a, b } = pair();
    const reader = new PatternReader();
    b.on('data', (chunk: Buffer) => reader.add(chunk));
    a.write(pattern(0, 2000));
    await until(clock, () => clock.pending === 0);
    clock.advance(100);
    ports[0].peer = undefined;
    a.write(pattern(2000, 1000));
    clock.advance(10);
    expect(ports[0].sent).toBeGreaterThan(22);
    ports[0].peer = ports[1];
    await until(clock, () => reader.bytes === 3000 && clock.pending === 0, 2);
    clock.advance(100);
    ports[0].peer = undefined;
    a.write(pattern(3000, 1000));
    const failed = once(a, 'error');
    clock.advance(14.9);
    expect(a.destroyed).toBe(false);
    clock.advance(1);
    expect(await failed).toMatchObject([{ code: 'peer-lost' }]);
  });

  test('brings over what waits when it ends, then closes', async () => {
    const { clock, ports, a, b } = pair();
    const reader = new PatternReader();
    b.on('data', (chunk: Buffer) => reader.add(chunk));
    const closed = once(a, 'close');
    a.resume();
    a.end(pattern(0, 60_000));
    expect(ports[0].isClosed).toBe(false);
    await until(clock, () => ports[0].isClosed, 0.5);
    await closed;
    expect(reader).toMatchObject({ bytes: 60_000, isSound: true });
    expect(b.destroyed).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('acknowledges what had arrived before it ends, and gives it to its reader', async () => {
    const { ports, a, b } = pair();
    b.write(pattern(0, 5000));
    await turn();
    a.end();
    await turn();
    await turn();
    expect(ports[0].isClosed).toBe(true);
    expect(b.statistics().smoothedRttMs).toBe(0);
    expect(Buffer.concat(await a.toArray())).toEqual(pattern(0, 5000));
  });

  test('ends in a second when nobody answers', async () => {
    const { clock, port, stream } = alone();
    const finished = once(stream, 'finish');
    stream.end('anybody?');
    clock.advance(0.9);
    expect(port.isClosed).toBe(false);
    clock.advance(0.2);
    await finished;
    expect(port.isClosed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('that is destroyed closes its port, and has no ear and no timer left', async () => {
    const { clock, ports, a, b } = pair();
    a.write(pattern(0, 5000));
    a.end();
    a.destroy();
    await once(a, 'close');
    expect(ports[0].isClosed).toBe(true);
    b.write('still there?');
    await turn();
    clock.advance(0.1);
    expect(a.readableLength).toBe(0);
    b.destroy();
    expect(clock.pending).toBe(0);
  });
});
