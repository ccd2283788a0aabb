import { describe, expect, test } from 'vitest';
import { type Measurement, measureAll, median, type Sample } from '../../bench/measurement.js';
import { asMarkdown, asText, tableOf } from '../../bench/table.js';

const end = { cpuSeconds: 2, peakBytes: 50e6 };

function measurement(
  name: string,
  rates: readonly (readonly number[])[],
  taken: string[],
  peers?: string[],
): Measurement {
  let round = 0;
  return {
    name,
    mode: 'up',
    ...(peers !== undefined && { peers }),
    missing: [],
    run: async (): Promise<Sample> => {
      taken.push(name);
      const bitsPerSecond = rates[round++] ?? [];
      return { bitsPerSecond, bytes: 4e9, client: end, server: { ...end, cpuSeconds: 1 } };
    },
  };
}

async function threeRounds() {
  const taken: string[] = [];
  const ours = measurement('ours', [[20e9], [90e9], [30e9]], taken, ['theirs']);
  const theirs = measurement(
    'theirs',
    [
      [6e9, 4e9],
      [16e9, 4e9],
      [2e9, 8e9],
    ],
    taken,
  );
  const logged: string[] = [];
  const outcomes = await measureAll([ours, theirs], { rounds: 3, seconds: 1, log: (line) => logged.push(line) });
  return { taken, logged, outcomes };
}

describe('a bench', () => {
  test('measures in turn, each second round backwards', async () => {
    const { taken, logged } = await threeRounds();
    expect(taken).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']);
    expect(logged[2]).toBe('round 2 of 3: theirs 20.00 Gbit/s');
  });

  test('compares medians and shows every round', async () => {
    const [, ours, theirs] = tableOf((await threeRounds()).outcomes);
    expect(ours).toEqual(['ours', '30.00', '3.00 × theirs', '', '0.50 + 0.25', '50 + 50', '20.00, 90.00, 30.00']);
    expect(theirs?.slice(1, 4)).toEqual(['10.00', '', '0.25']);
    expect(theirs?.at(-1)).toBe('6.00+4.00, 16.00+4.00, 2.00+8.00');
  });

  test('writes the table for a terminal and for a document', async () => {
    const table = tableOf((await threeRounds()).outcomes);
    expect(asMarkdown(table).split('\n')[1]).toBe('|---|---|---|---|---|---|---|');
    expect(asMarkdown(table)).toContain('| ours | 30.00 | 3.00 × theirs |');
    expect(asText(table)).toMatch(/^theirs {2}10\.00 {2}/m);
  });
});

test('a median is the middle, or the mean of both middles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});
