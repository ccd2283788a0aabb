import { type Measurement, type Outcome, type Sample, total } from './measurement.js';

export interface RunnerOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Gets a line for each sample as it is taken. */
  readonly log: (line: string) => void;
}

/**
 * Takes every measurement once a round, in turn, so that a change of the machine's mood meets all of them; each second
 * round runs backwards, so that no measurement always follows the same other one.
 */
export async function runRounds(measurements: readonly Measurement[], options: RunnerOptions): Promise<Outcome[]> {
  const outcomes = measurements.map((measurement) => ({ measurement, samples: [] as Sample[] }));
  for (let round = 1; round <= options.rounds; round += 1) {
    const order = round % 2 === 1 ? outcomes : outcomes.toReversed();
    for (const { measurement, samples } of order) {
      const sample = await measurement.run(options.seconds);
      samples.push(sample);
      const rate = (total(sample) / 1e9).toFixed(2);
      options.log(`round ${round} of ${options.rounds}: ${measurement.name} ${rate} Gbit/s`);
    }
  }
  return outcomes;
}
