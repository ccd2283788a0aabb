/** What a measurement is, whatever the programs. */
import type { TableOptions } from './options.js';
import { inRounds, type Sampled } from './rounds.js';

/** What one process used in its whole life, its start included. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

export interface Sample {
  /** Payload bits per second at the receiver; two figures, up and down, where both directions ran at once. */
  readonly bitsPerSecond: readonly number[];
  /** Payload bytes of all directions. */
  readonly bytes: number;
  readonly client: Usage;
  readonly server: Usage;
}

export interface Measurement {
  /** Unique, e.g. `wperf up`. */
  readonly name: string;
  /** What `--only` selects, e.g. `up`. */
  readonly mode: string;
  /** The names of the measurements that this one is compared with. */
  readonly peers?: readonly string[];
  /** What the machine lacks for it; empty where it can run. */
  readonly missing: readonly string[];
  /** One measurement with new processes. */
  run(seconds: number): Promise<Sample>;
}

export type Outcome = Sampled<Measurement, Sample>;

export function measureAll(all: readonly Measurement[], { seconds, ...options }: TableOptions): Promise<Outcome[]> {
  const text = ({ name }: Measurement, sample: Sample) => `${name} ${(total(sample) / 1e9).toFixed(2)} Gbit/s`;
  return inRounds(all, options, (measurement) => measurement.run(seconds), text);
}

export function total(sample: Sample): number {
  return sample.bitsPerSecond.reduce((sum, rate) => sum + rate, 0);
}

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
