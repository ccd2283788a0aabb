/**
 * The smoothed round trip and the timeout that follows from it, by RFC 6298, section 2, with KCP's bounds, and with the
 * interval of flushes as the granularity of the clock. Pure; fractions are kept.
 */

const FIRST_TIMEOUT_MS = 200;
const MIN_TIMEOUT_MS = { patient: 100, noDelay: 30 } as const;
export const MAX_TIMEOUT_MS = 60_000;

export class RoundTrip {
  /** Undefined before the first sample. */
  smoothedMs: number | undefined;
  timeoutMs = FIRST_TIMEOUT_MS;
  readonly #minTimeoutMs: number;
  readonly #intervalMs: number;
  #variationMs = 0;

  constructor(noDelay: boolean, intervalMs: number) {
    this.#minTimeoutMs = noDelay ? MIN_TIMEOUT_MS.noDelay : MIN_TIMEOUT_MS.patient;
    this.#intervalMs = intervalMs;
  }

  add(sampleMs: number): void {
    const smoothed = this.smoothedMs ?? sampleMs;
    const error = Math.abs(sampleMs - smoothed);
    const isFirst = this.smoothedMs === undefined;
    this.#variationMs = isFirst ? sampleMs / 2 : (3 * this.#variationMs + error) / 4;
    this.smoothedMs = (7 * smoothed + sampleMs) / 8;
    const timeout = this.smoothedMs + Math.max(this.#intervalMs, 4 * this.#variationMs);
    this.timeoutMs = Math.min(MAX_TIMEOUT_MS, Math.max(this.#minTimeoutMs, timeout));
  }
}
