import { describe, expect, it } from 'vitest';
import { ticksTo, ticksWithin } from '../../../src/report/html/drawing/scale.js';

describe('ticks of an axis', () => {
  it.each([
    [10, 5, [0, 2, 4, 6, 8, 10]],
    [0.93, 3, [0, 0.5, 1]],
    [0, 2, [0, 0.5, 1]],
    [Number.MIN_VALUE, 2, [0, 0.5, 1]],
  ])('to %d in %d steps or a few more', (most, steps, ticks) => expect(ticksTo(most, steps)).toEqual(ticks));

  it('are few, whatever the figure', () => {
    for (let power = -324; power <= 300; power += 1) {
      const count = ticksTo(3 * 10 ** power, 5).length;
      expect([power, count > 1 && count < 20]).toEqual([power, true]);
    }
  });

  it('may be left out beyond the figure', () => expect(ticksWithin(9, 5)).toEqual([0, 2, 4, 6, 8]));
});
