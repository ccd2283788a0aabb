import { describe, expect, it } from 'vitest';
import { FrameBatch } from '../../../src/transport/ws/frames.js';

describe('a batch of frames', () => {
  it('carries exactly the payload asked for, in blocks and a rest', () => {
    const batch = new FrameBatch(1024, 4, false);
    expect(batch.take(3 * 1024).length).toBe(3 * (4 + 1024));
    const uneven = batch.take(1024 + 100);
    expect(uneven.length).toBe(4 + 1024 + 2 + 100);
    expect(uneven.readUInt16BE(4 + 1024)).toBe(0x8200 | 100);
    expect(batch.take(5).length).toBe(2 + 5);
  });

  it('writes each length in the shortest form (RFC 6455, section 5.2)', () => {
    expect(new FrameBatch(65_536, 1, false).take(65_536).subarray(0, 10).toString('hex')).toBe('827f0000000000010000');
    expect(new FrameBatch(65_535, 1, false).take(65_535).subarray(0, 4).toString('hex')).toBe('827effff');
    expect(new FrameBatch(125, 1, true).take(125).subarray(0, 2).toString('hex')).toBe('82fd');
  });

  it('keeps a stamp longer than the block within it', () => {
    const frames = new FrameBatch(9, 2, false, (head) => head.fill(7)).take(18);
    expect(frames.toString('hex')).toBe(`8209${'07'.repeat(9)}`.repeat(2));
  });

  it('gives every masked frame a fresh key each time it is sent', () => {
    const batch = new FrameBatch(1024, 2, true);
    const keys = new Set<string>();
    for (let turn = 0; turn < 50; turn++) {
      const frames = batch.take(2048);
      for (const at of [4, 4 + 4 + 1024 + 4]) keys.add(frames.subarray(at, at + 4).toString('hex'));
    }
    expect(keys.size).toBe(100);
  });

  it('does not repeat one block on a slow link, and does not compress', async () => {
    const { deflateSync } = await import('node:zlib');
    const batch = new FrameBatch(1024, 16, true);
    const sent = Buffer.concat(Array.from({ length: 16 }, () => Buffer.from(batch.take(1024))));
    expect(deflateSync(sent).length).toBeGreaterThan(16 * 1024);
  });
});
