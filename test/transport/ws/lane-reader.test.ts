/** What a lane counts and passes on of a real socket, whether the kernel drops the load or the process reads it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LaneReader } from '../../../src/transport/ws/lane-reader.js';
import { frame } from '../../support/frames.js';
import { type Later, withUndo } from '../../support/undo.js';

const opcode = { continuation: 0, text: 1, binary: 2, ping: 9 } as const;

async function socketPair(later: Later): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  later(() => void server.close());
  await once(server, 'listening');
  const near = connect((server.address() as { port: number }).port, '127.0.0.1').setNoDelay();
  const [far] = (await once(server, 'connection')) as [Socket];
  for (const socket of [near, far]) {
    socket.on('error', () => {});
    later(() => void socket.destroy());
  }
  return [near, far];
}

/** A lane on a socket, and the other end of the connection. */
async function laneOn(later: Later, { copies = false, counted = (_: number) => {} } = {}) {
  const [peer, socket] = await socketPair(later);
  const seen = { counted: 0, passed: '', refused: '' };
  socket.on('data', (chunk: Buffer) => {
    seen.passed += chunk.toString('latin1');
  });
  const lane = LaneReader.take(socket, {
    expectMasked: true,
    maxPayloadBytes: 2 ** 24,
    counted: (bytes) => {
      seen.counted += bytes;
      counted(bytes);
    },
    gathered: () => {},
    passes: () => true,
    refused: (reason) => {
      seen.refused = reason;
    },
  });
  if (!lane) throw new Error('the lane was not taken');
  if (copies) lane.copyLoad();
  return { lane, peer, socket, seen };
}

/** More turns of the event loop than anything takes that is to come. */
async function turns(): Promise<void> {
  for (let i = 0; i < 200; i++) await turn();
}

const load = (bytes = 65_536) => frame(opcode.binary, bytes);
const many = (count: number) => Buffer.concat(Array.from({ length: count }, () => load()));

describe.each([
  ['the kernel', false],
  ['the process', true],
] as const)('load that is read by %s', (_who, copies) => {
  it('is counted to the byte, among texts and pings, in order', async () => {
    const { lane, peer, socket, seen } = await laneOn(onTestFinished, { copies });
    expect(lane.reader).toBe(copies ? 'process' : 'kernel');
    const text = frame(opcode.text, Buffer.from('a text'));
    const ping = frame(opcode.ping, Buffer.from('a ping'));
    const stream = Buffer.concat([text, many(100), ping, many(100), text]);
    peer.write(stream);
    await vi.waitFor(() => expect(lane.bytesRead).toBe(stream.length));
    expect(seen).toEqual({
      counted: 200 * 65_536,
      passed: Buffer.concat([text, ping, text]).toString('latin1'),
      refused: '',
    });
    if (copies) expect(socket.bytesRead).toBe(stream.length);
    else expect(socket.bytesRead).toBeLessThan(stream.length / 2);
  });

  it('may end with the end of the stream, which the socket tells', async () => {
    const { peer, socket, seen } = await laneOn(onTestFinished, { copies });
    const closed = once(socket, 'close');
    const ended = once(socket, 'end');
    peer.end(Buffer.concat([many(50), load().subarray(0, 1000)]));
    await ended;
    socket.end();
    await closed;
    expect(seen.counted).toBe(50 * 65_536 + 1000 - 14);
  });

  it('may end with a reset, which the socket tells', async () => {
    const { peer, socket, seen } = await laneOn(onTestFinished, { copies });
    const failed = once(socket, 'error');
    peer.write(many(20));
    await vi.waitFor(() => expect(seen.counted).toBe(20 * 65_536));
    peer.resetAndDestroy();
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('may end with a reset amid it, which ends the socket', async () => {
    let resets = false;
    const { peer, socket, seen } = await laneOn(onTestFinished, {
      copies,
      counted: () => {
        if (seen.counted > 300_000 && !resets) peer.resetAndDestroy();
        resets ||= seen.counted > 300_000;
      },
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    peer.write(many(100));
    await closed;
    // What the event loop reads by itself may tell it as an end.
    if (!copies) expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
  });

  it('may be ended by whoever is told of it, and nothing is read afterwards', async () => {
    const { lane, peer, socket, seen } = await laneOn(onTestFinished, {
      copies,
      counted: () => {
        if (seen.counted > 1_000_000) socket.destroy();
      },
    });
    peer.write(many(100));
    await once(socket, 'close');
    const { counted } = seen;
    await turns();
    expect([seen.counted, seen.counted < 2_000_000]).toEqual([counted, true]);
    expect(lane.bytesRead).toBeLessThan(2_100_000);
  });

  it('waits while the socket is paused', async () => {
    let pausedAt = 0;
    const { lane, peer, socket, seen } = await laneOn(onTestFinished, {
      copies,
      counted: () => {
        if (pausedAt > 0 || seen.counted < 100_000) return;
        pausedAt = seen.counted;
        socket.pause();
      },
    });
    const stream = many(40);
    peer.write(stream);
    await vi.waitFor(() => expect(pausedAt).toBeGreaterThan(0));
    await turns();
    // What had been read already may follow.
    expect(seen.counted - pausedAt).toBeLessThanOrEqual(copies ? 256 * 1024 : 4096);
    socket.resume();
    await vi.waitFor(() => expect(lane.bytesRead).toBe(stream.length));
    expect(seen.counted).toBe(40 * 65_536);
  });

  it('out of its place is refused, and nothing of it is counted', async () => {
    const { peer, seen } = await laneOn(onTestFinished, { copies });
    peer.write(Buffer.concat([frame(opcode.binary, 65_536, { fin: false }), load(), load()]));
    await vi.waitFor(() => expect(seen.refused).toBe('a message began or went on out of turn'));
    expect(seen.counted).toBe(65_536);
  });
});

it('load as fast as can be is looked for again, and no more once there is none', async () => {
  const { lane, peer } = await laneOn(onTestFinished);
  const looks = vi.spyOn(globalThis, 'setImmediate');
  // A clock that is slower makes load faster, on a busy machine too.
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() / 40);
  onTestFinished(() => {
    looks.mockRestore();
    clock.mockRestore();
  });
  const piece = many(40);
  let sent = 0;
  for (const until = now() + 800; now() < until; sent += piece.length) {
    if (!peer.write(piece)) await once(peer, 'drain');
  }
  await vi.waitFor(() => expect(lane.bytesRead).toBe(sent));
  expect(looks).toHaveBeenCalled();
  await turns();
  looks.mockClear();
  await turns();
  expect(looks).not.toHaveBeenCalled();
});

const frames = fc
  .oneof(
    fc.integer({ min: 0, max: 300_000 }).map((bytes) => [load(bytes)]),
    fc.integer({ min: 0, max: 40 }).map((bytes) => [load(bytes)]),
    fc.string({ maxLength: 60 }).map((text) => [frame(opcode.text, Buffer.from(text))]),
    fc.constant([frame(opcode.ping, Buffer.from('ping'))]),
    fc
      .tuple(fc.nat(100_000), fc.nat(100_000))
      .map(([first, last]) => [
        frame(opcode.binary, first, { fin: false }),
        frame(opcode.ping, Buffer.from('amid')),
        frame(opcode.continuation, last),
      ]),
  )
  .map((parts) => Buffer.concat(parts));

/** Sends the bytes in pieces of these sizes, over and over, each by itself. */
async function sendCut(peer: Socket, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = cuts[i % cuts.length] ?? 1;
    peer.write(bytes.subarray(at, at + size));
    at += size;
    if (i % 4 === 3) await turn();
  }
}

it('any stream of frames, cut anywhere, is counted and passed alike by both', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frames, { maxLength: 20 }),
      fc.array(fc.integer({ min: 500, max: 200_000 }), { minLength: 1, maxLength: 5 }),
      async (list, cuts) => {
        const bytes = Buffer.concat(list);
        const outcomes: unknown[] = [];
        for (const copies of [false, true]) {
          await withUndo(async (later) => {
            const { lane, peer, seen } = await laneOn(later, { copies });
            await sendCut(peer, bytes, cuts);
            await vi.waitFor(() => expect(lane.bytesRead).toBe(bytes.length), { interval: 1, timeout: 5000 });
            outcomes.push(seen);
          });
        }
        expect(outcomes[0]).toEqual(outcomes[1]);
      },
    ),
    { numRuns: 40 },
  );
});
