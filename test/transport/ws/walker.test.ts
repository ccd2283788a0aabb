import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameWalker } from '../../../src/transport/ws/walker.js';
import { frame } from '../../support/frames.js';

/** The same of messages that are packets: head and size of each. */
function gather(chunks: readonly Buffer[]) {
  const seen: [head: string, bytes: number][] = [];
  const walker = new FrameWalker({
    expectMasked: true,
    maxPayloadBytes: 100_000,
    counted: () => seen.push(['counted', 0]),
    passed: () => {},
    gathers: () => true,
    gathered: (head, bytes) => seen.push([head.toString('hex'), bytes]),
    refused: () => {},
  });
  for (const chunk of chunks) walker.push(chunk);
  return seen;
}

function walk(chunks: readonly Buffer[], expectMasked = true) {
  const seen = { counted: 0, passed: Buffer.alloc(0), refused: '' };
  const walker = new FrameWalker({
    expectMasked,
    maxPayloadBytes: 100_000,
    counted: (bytes) => {
      seen.counted += bytes;
    },
    passed: (chunk) => {
      seen.passed = Buffer.concat([seen.passed, chunk]);
    },
    refused: (reason) => {
      seen.refused = reason;
    },
  });
  for (const chunk of chunks) walker.push(chunk);
  return seen;
}

/** The frame, with a short header, under this key. */
function keyed(plain: Buffer, key: number): Buffer {
  const masked = Buffer.from(plain);
  masked.writeUInt32BE(key, 2);
  for (let i = 6; i < masked.length; i++) masked[i] = (plain[i] ?? 0) ^ (masked[2 + ((i - 6) % 4)] ?? 0);
  return masked;
}

const text = frame(1, Buffer.from('{"type":"start"}'));
const ping = frame(9, Buffer.from('7'));

describe('the frame walker', () => {
  it('counts binary payload and passes everything else, untouched and in order', () => {
    const seen = walk([Buffer.concat([frame(2, 10), text, frame(2, 300), ping, frame(2, 70_000), frame(2, 0)])]);
    expect(seen).toEqual({ counted: 70_310, passed: Buffer.concat([text, ping]), refused: '' });
  });

  it('counts fragments of a binary message with control frames in the middle', () => {
    const seen = walk([
      Buffer.concat([frame(2, 100, { fin: false }), ping, frame(0, 50, { fin: false }), frame(0, 5), text]),
    ]);
    expect(seen).toEqual({ counted: 155, passed: Buffer.concat([ping, text]), refused: '' });
  });

  it('passes fragments of a text message', () => {
    const parts = [frame(1, Buffer.from('{"a"'), { fin: false }), ping, frame(0, Buffer.from(':1}'))];
    expect(walk([Buffer.concat([...parts, frame(2, 3)])])).toEqual({
      counted: 3,
      passed: Buffer.concat(parts),
      refused: '',
    });
  });

  it('does the same wherever the stream is cut', () => {
    const stream = Buffer.concat([
      text,
      frame(2, 126),
      frame(2, 5, { fin: false }),
      ping,
      frame(0, 65_536),
      frame(10, 0),
      frame(2, 1),
    ]);
    const whole = walk([stream]);
    const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, (cuts) => {
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(walk(chunks)).toEqual(whole);
      }),
    );
  });

  it('gathers the heads of packets, unmasked, however they are cut and fragmented', () => {
    const payload = Buffer.from(Array.from({ length: 40 }, (_, i) => i));
    const stream = Buffer.concat([
      keyed(frame(2, payload), 0x0a0b0c0d),
      keyed(frame(2, payload.subarray(0, 3), { fin: false }), 0x01020304),
      ping,
      keyed(frame(0, payload.subarray(3)), 0xf0e0d0c0),
      frame(2, 0),
      frame(2, payload.subarray(0, 5)),
    ]);
    const head = payload.subarray(0, 16).toString('hex');
    const expected = [
      [head, 40],
      [head, 40],
      ['', 0],
      ['0001020304', 5],
    ];
    for (const size of [1, 2, 3, 7, 13, 1000]) {
      const cuts = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
        stream.subarray(i * size, (i + 1) * size),
      );
      expect(gather(cuts)).toEqual(expected);
    }
  });

  it.each([
    ['a frame without the mask a client owes', frame(2, 10, { masked: false }), true],
    ['a frame with a mask that a server may not use', frame(2, 10), false],
    ['a reserved bit', frame(2, 10, { reserved: 0x40 }), true],
    ['a length beyond the limit', frame(2, 10).fill(0xff, 2, 4).fill(0xff, 1, 2), true],
    ['an opcode nobody knows', frame(3, 10), true],
  ])('leaves the judgement on %s, and all that follows, to ws', (_what, bad, expectMasked) => {
    const after = expectMasked ? frame(2, 9) : frame(2, 9, { masked: false });
    const seen = walk([Buffer.concat([bad, after])], expectMasked);
    expect(seen.passed.subarray(0, 2)).toEqual(bad.subarray(0, 2));
    if ((bad[0] ?? 0) !== 0x83) expect(seen.counted).toBe(0);
  });

  it.each([
    ['a continuation of nothing', [frame(0, 5)]],
    ['a binary message within another', [frame(2, 5, { fin: false }), frame(2, 5)]],
    ['a text message within a binary one', [frame(2, 5, { fin: false }), text]],
    ['a binary message within a text one', [frame(1, Buffer.from('x'), { fin: false }), frame(2, 5)]],
  ])('refuses %s', (_what, frames) => {
    expect(walk([Buffer.concat(frames)]).refused).toBe('a message began or went on out of turn');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => walk(chunks.map(Buffer.from)) !== null),
    );
  });
});

describe('the size of the frame to come', () => {
  const walker = () =>
    new FrameWalker({
      expectMasked: true,
      maxPayloadBytes: 100_000,
      counted: () => {},
      passed: () => {},
      refused: () => {},
    });

  it('is unknown before the first, then that of the last, or what is left of one that has begun', () => {
    const frames = walker();
    expect(frames.frameBytes).toBe(0);
    const packet = frame(2, 1400);
    frames.push(packet);
    expect(frames.frameBytes).toBe(packet.length);
    frames.push(packet.subarray(0, 1000));
    expect(frames.frameBytes).toBe(packet.length - 1000);
    frames.push(packet.subarray(1000));
    expect(frames.frameBytes).toBe(packet.length);
  });
});
