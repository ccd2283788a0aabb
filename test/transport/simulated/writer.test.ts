import { describe, expect, it } from 'vitest';
import { bounds } from '../../../src/defaults/index.js';
import { packetCodec, write64 } from '../../../src/protocol/packet-header.js';
import { HEAD_BYTES, type LoadWriter, type Stamp } from '../../../src/transport/channel.js';
import { DelayLine } from '../../../src/transport/simulated/delay-line.js';
import { Window } from '../../../src/transport/simulated/window.js';
import { SimulatedWriter } from '../../../src/transport/simulated/writer.js';
import { FakeClock } from '../../support/fake-clock.js';

const BLOCK = 1000;

/** A connection whose kernel takes a batch only when told to. */
class FakeConnection implements LoadWriter {
  readonly blockBytes = BLOCK;
  readonly batches: number[] = [];
  readonly numbers: number[] = [];
  takenBytes = 0;
  limit = 0;
  #waiting: (() => void) | undefined;
  readonly #stamp: Stamp | undefined;

  constructor(
    readonly maxBytes: number,
    stamp: Stamp | undefined,
  ) {
    this.#stamp = stamp;
  }

  write(bytes: number, taken: () => void): void {
    if (this.#waiting) throw new Error('a batch is still in flight');
    this.batches.push(bytes);
    for (let left = bytes; left > 0; left -= BLOCK) {
      const head = Buffer.alloc(HEAD_BYTES);
      this.#stamp?.(head);
      this.numbers.push(packetCodec.read(head)?.number ?? -1);
    }
    this.#waiting = taken;
  }

  take(): boolean {
    const taken = this.#waiting;
    this.#waiting = undefined;
    taken?.();
    return taken !== undefined;
  }

  limitUnsent(bytes: number): void {
    this.limit = bytes;
  }
}

interface Setup {
  delaySeconds?: () => number;
  isLost?: (message: number) => boolean;
  stamped?: boolean;
  mayOvertake?: boolean;
  bytesPerSecond?: number;
  maxBytes?: number;
}

function simulatedWriter(setup: Setup = {}) {
  const { delaySeconds = () => 0.05, isLost = () => false, stamped = false, mayOvertake = false } = setup;
  const clock = new FakeClock();
  const line = new DelayLine(clock, delaySeconds);
  let connection = new FakeConnection(0, undefined);
  let [asked, number] = [0, 0];
  const writer = new SimulatedWriter({
    ...{ clock, line, mayOvertake, blockBytes: BLOCK, maxBytes: setup.maxBytes ?? 20 * BLOCK },
    stamp: stamped ? (head) => write64(head, 0, number++) : undefined,
    makeInner: (maxBytes, stamp) => {
      connection = new FakeConnection(maxBytes, stamp);
      return connection;
    },
    window: new Window(0.05, setup.bytesPerSecond ?? 0),
    isLost: () => isLost(asked++),
  });
  let taken = 0;
  const write = (bytes: number) => writer.write(bytes, () => taken++);
  return { clock, line, writer, connection, write, taken: () => taken };
}

describe('load on a simulated path', () => {
  it('counts as sent at once, and reaches the connection after the delay', () => {
    const { clock, writer, connection, write, taken } = simulatedWriter();
    write(3 * BLOCK);
    expect([taken(), writer.takenBytes]).toEqual([1, 3 * BLOCK]);
    write(2 * BLOCK + 7);
    clock.advance(0.049);
    expect(connection.batches).toEqual([]);
    clock.advance(0.001);
    expect(connection.batches).toEqual([3 * BLOCK]);
    connection.take();
    expect(connection.batches).toEqual([3 * BLOCK, 2 * BLOCK + 7]);
    expect(writer.takenBytes).toBe(5 * BLOCK + 7);
  });

  it('loses whole messages, which count as sent', () => {
    const { clock, writer, connection, write, taken } = simulatedWriter({ isLost: (i) => i % 5 === 2 });
    write(4 * BLOCK + 500);
    clock.advance(1);
    expect(connection.batches).toEqual([3 * BLOCK + 500]);
    expect(writer.takenBytes).toBe(4 * BLOCK + 500);
    expect(writer.counts).toEqual({ messages: 5, dropped: 1 });
    expect(taken()).toBe(1);
  });

  it('goes on when everything is lost', () => {
    const { clock, writer, connection, write, taken } = simulatedWriter({ isLost: () => true });
    for (let i = 0; i < 100; i++) write(20 * BLOCK);
    clock.advance(1);
    expect([connection.batches, taken(), clock.pending]).toEqual([[], 100, 0]);
    expect(writer.counts).toEqual({ messages: 2000, dropped: 2000 });
  });

  it('carries the stamps of the moment of writing, those of lost messages left out', () => {
    const { clock, connection, write } = simulatedWriter({ stamped: true, isLost: (i) => i === 1 });
    write(3 * BLOCK);
    write(BLOCK + 100);
    clock.advance(0.05);
    connection.take();
    expect(connection.numbers).toEqual([0, 2, 3, 4]);
  });

  it('lets packets overtake each other where the delay varies', () => {
    const delays = [0.05, 0.03, 0.04];
    const delaySeconds = () => delays.shift() ?? 0;
    const { clock, connection, write } = simulatedWriter({ delaySeconds, stamped: true, mayOvertake: true });
    write(3 * BLOCK);
    for (let i = 0; i < 3; i++) {
      clock.advance(0.02);
      connection.take();
    }
    expect(connection.batches).toEqual([BLOCK, BLOCK, BLOCK]);
    expect(connection.numbers).toEqual([1, 2, 0]);
  });

  it('pushes back when the connection takes nothing, and goes on when it does', () => {
    const { clock, line, connection, write, taken } = simulatedWriter();
    let written = 0;
    while (taken() === written) {
      write(20 * BLOCK);
      written += 1;
    }
    expect(written).toBeLessThan(6);
    clock.advance(60);
    expect(taken()).toBe(written - 1);
    expect(() => write(BLOCK)).toThrow('in flight');
    expect(connection.batches).toHaveLength(1);
    connection.take();
    expect(taken()).toBe(written);
    while (connection.take());
    expect(connection.batches).toHaveLength(written);
    expect(line.length).toBe(0);
  });

  it('holds no more messages than its bound, at whatever rate and delay', () => {
    const setup = { delaySeconds: () => 3, bytesPerSecond: 1e12, maxBytes: 1e9 };
    const { line, writer, write, taken } = simulatedWriter({ ...setup, stamped: true, mayOvertake: true });
    expect(writer.maxBytes).toBeLessThanOrEqual((bounds.delayedMessages / 2) * BLOCK);
    let written = 0;
    while (taken() === written) {
      write(writer.maxBytes);
      written += 1;
    }
    expect(line.length).toBeLessThanOrEqual(bounds.delayedMessages);
    expect(written).toBe(2);
  });

  it('lets a sender at a rate have a delay’s worth under way at once', () => {
    const { write, taken } = simulatedWriter({ bytesPerSecond: 10_000_000 });
    for (let i = 0; i < 25; i++) write(20 * BLOCK);
    expect(taken()).toBe(25);
  });

  it('passes on how much may wait unsent', () => {
    const { writer, connection } = simulatedWriter();
    writer.limitUnsent(12_345);
    expect(connection.limit).toBe(12_345);
  });
});
