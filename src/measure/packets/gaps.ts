/** The time between arrivals, which says how evenly packets came. Pure. */
import { packetBounds } from '../../defaults/index.js';
import { type LatencySummary, quantile } from '../latency/percentiles.js';
import { Thinned } from '../latency/thinned.js';

export type GapSpread = Pick<LatencySummary, 'medianMs' | 'p99Ms' | 'maxMs'>;

export class Gaps {
  readonly #kept = new Thinned(packetBounds.delaySamples);
  #maxMs = 0;

  add(gapMs: number): void {
    this.#maxMs = Math.max(this.#maxMs, gapMs);
    this.#kept.add(gapMs);
  }

  /** Undefined before the second arrival. */
  spread(): GapSpread | undefined {
    if (this.#kept.count === 0) return undefined;
    const sorted = this.#kept.sorted();
    return { medianMs: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), maxMs: this.#maxMs };
  }
}
