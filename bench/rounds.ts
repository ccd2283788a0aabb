/** Measuring in rounds, so that a change of the machine's mood meets all that is measured. */
import type { TableOptions } from './options.js';

export interface Sampled<T, S> {
  readonly of: T;
  /** In the order of the rounds. */
  readonly samples: readonly S[];
}

/**
 * Takes a sample of everything once a round, in turn; each second round runs backwards, so that nothing always follows
 * the same other one. `text` is what is told of a sample as it is taken.
 */
export async function inRounds<T, S>(
  all: readonly T[],
  { rounds, log }: Pick<TableOptions, 'rounds' | 'log'>,
  take: (one: T) => S | Promise<S>,
  text: (one: T, sample: S) => string,
): Promise<Sampled<T, S>[]> {
  const sampled = all.map((of) => ({ of, samples: [] as S[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { of, samples } of round % 2 === 1 ? sampled : sampled.toReversed()) {
      const sample = await take(of);
      samples.push(sample);
      log(`round ${round} of ${rounds}: ${text(of, sample)}`);
    }
  }
  return sampled;
}
