import { describe, expect, it } from 'vitest';
import { SequenceWindow } from '../../../src/measure/packets/sequence-window.js';

describe('a window of numbers', () => {
  it('knows which of the latest have come, however they jump', () => {
    const size = 64;
    const window = new SequenceWindow(size);
    const seen = new Set<number>();
    let next = 0;
    for (let i = 0; i < 5000; i++) {
      const number = Math.max(0, next + ((i * 7919) % 211) - 100);
      const isNew = number >= next - size && !seen.has(number);
      expect(window.add(number)).toBe(isNew);
      seen.add(number);
      next = Math.max(next, number + 1);
    }
  });

  it('costs little where each number jumps far ahead', () => {
    const window = new SequenceWindow(65_536);
    const begun = performance.now();
    for (let i = 1; i <= 20_000; i++) window.add(i * 65_000);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
