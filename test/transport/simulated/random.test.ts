import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/transport/simulated/random.js';

const first = (text: string, count: number) => Array.from({ length: count }, seededRandom(text));

describe('seeded chance', () => {
  it('repeats itself under the same text, and under no other', () => {
    expect(first('7 client load', 1000)).toEqual(first('7 client load', 1000));
    for (const other of ['8 client load', '7 server load', '7 client ping', '']) {
      const [mine, theirs] = [first('7 client load', 100), first(other, 100)];
      expect(mine.filter((value, i) => value === theirs[i])).toEqual([]);
    }
  });

  it('is the same on every machine', () => {
    expect(first('wperf', 3)).toMatchInlineSnapshot(`
      [
        0.7741236281581223,
        0.04702160297892988,
        0.9096992393024266,
      ]
    `);
  });

  it('is spread evenly from 0 to 1, whatever the seed', () => {
    for (let seed = 0; seed < 50; seed++) {
      const values = first(`${seed} client load`, 4000);
      const tenths = Array.from(
        { length: 10 },
        (_, i) => values.filter((value) => Math.floor(value * 10) === i).length,
      );
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThan(1);
      for (const count of tenths) expect(Math.abs(count - 400)).toBeLessThan(100);
    }
  });

  it('has no memory from one value to the next', () => {
    const values = first('3 server delay', 100_000).map((value) => value - 0.5);
    const product = values.slice(1).reduce((sum, value, i) => sum + value * (values[i] ?? 0), 0);
    expect(Math.abs(product / values.length / (1 / 12))).toBeLessThan(0.02);
  });
});
