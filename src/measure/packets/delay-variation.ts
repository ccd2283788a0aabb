/**
 * How much longer than the fastest each packet was on its way. The clocks of the two ends need not agree, since only
 * differences are used. Pure.
 */
import { packetBounds } from '../../defaults/index.js';
import { type LatencySummary, quantile } from '../latency/percentiles.js';
import { Thinned } from '../latency/thinned.js';

/** Milliseconds above the shortest one-way delay (the PDV of RFC 5481, section 4.2). */
export type DelaySpread = Pick<LatencySummary, 'medianMs' | 'p95Ms' | 'p99Ms' | 'maxMs'>;

export class DelayVariation {
  readonly #kept = new Thinned(packetBounds.delaySamples);
  /** Of the newest packet, against the first. */
  #transitMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = Number.NEGATIVE_INFINITY;

  /** `changeMs` is what the transit time grew by since the packet before. */
  add(changeMs: number): void {
    this.#transitMs += changeMs;
    this.#minMs = Math.min(this.#minMs, this.#transitMs);
    this.#maxMs = Math.max(this.#maxMs, this.#transitMs);
    this.#kept.add(this.#transitMs);
  }

  /** Undefined until two packets have come. */
  spread(): DelaySpread | undefined {
    if (this.#kept.count < 2) return undefined;
    const sorted = this.#kept.sorted().map((transitMs) => transitMs - this.#minMs);
    return {
      medianMs: quantile(sorted, 0.5),
      p95Ms: quantile(sorted, 0.95),
      p99Ms: quantile(sorted, 0.99),
      maxMs: this.#maxMs - this.#minMs,
    };
  }
}
