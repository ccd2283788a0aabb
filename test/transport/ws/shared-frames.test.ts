import { describe, expect, it } from 'vitest';
import { SharedFrames } from '../../../src/transport/ws/shared-frames.js';
import { FrameWalker } from '../../../src/transport/ws/walker.js';

/** The payload of each frame, as a peer counts it. */
function framesIn(parts: readonly Buffer[], masked: boolean): number[] {
  const sizes: number[] = [];
  const walker = new FrameWalker({
    expectMasked: masked,
    maxPayloadBytes: 2 ** 30,
    counted: () => {},
    passed: () => expect.unreachable('a frame was not sound'),
    gathers: () => true,
    gathered: (_head, bytes) => sizes.push(bytes),
    refused: (reason) => expect.unreachable(reason),
  });
  walker.push(Buffer.concat(parts));
  return sizes;
}

describe.each([true, false])('frames that share their payload, masked %s', (masked) => {
  it.each([16_384, 65_536, 100_000, 262_144, 300_000, 1_048_576])(
    'of %i bytes carry exactly what is asked',
    (bytes) => {
      const frames = new SharedFrames(bytes, 3, masked);
      expect(framesIn(frames.take(3 * bytes), masked)).toEqual([bytes, bytes, bytes]);
      expect(framesIn(frames.take(bytes + 100), masked)).toEqual([bytes, 100]);
      expect(framesIn(frames.take(70_000 % bytes), masked)).toEqual([70_000 % bytes]);
      expect(framesIn(frames.take(2 * bytes), masked)).toEqual([bytes, bytes]);
    },
  );

  it('do not repeat one block on a slow link, and do not compress', async () => {
    const { deflateSync } = await import('node:zlib');
    const frames = new SharedFrames(16_384, 16, masked);
    const sent = Array.from({ length: 16 }, () => frames.take(16_384)[1]);
    expect(new Set(sent.map((payload) => payload?.toString('hex'))).size).toBe(16);
    expect(deflateSync(Buffer.concat(sent as Buffer[])).length).toBeGreaterThan(16 * 16_384);
  });
});

it('a masked frame has a fresh key each time it is sent', () => {
  const frames = new SharedFrames(65_536, 2, true);
  const keys = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const parts = frames.take(2 * 65_536 + 5);
    for (const header of [parts[0], parts[2], parts[4]]) keys.add(header?.subarray(-4).toString('hex') ?? '');
  }
  expect(keys.size).toBe(150);
});
