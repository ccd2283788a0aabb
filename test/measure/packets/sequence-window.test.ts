import { describe, expect, it } from 'vitest';
import { SequenceWindow } from '../../../src/measure/packets/sequence-window.js';

describe('a window of numbers', () => {
  it.each([
    [211, 100],
    [97, 60],
    [70, 64],
  ])('knows which of the latest have come, however they jump: by one of %i, from %i before on', (among, before) => {
    const size = 64;
    const window = new SequenceWindow(size);
    const seen = new Set<number>();
    let next = 0;
    for (let i = 0; i < 5000; i++) {
      const number = Math.max(0, next + ((i * 7919) % among) - before);
      const isNew = number >= next - size && !seen.has(number);
      expect(window.add(number)).toBe(isNew);
      seen.add(number);
      next = Math.max(next, number + 1);
    }
  });

  it('comes to its end where each of many numbers jumps far ahead', () => {
    const window = new SequenceWindow(65_536);
    for (let i = 1; i <= 200_000; i++) if (!window.add(i * 65_000)) throw new Error(`${i} has come before`);
  });
});
