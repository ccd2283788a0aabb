/** What was measured over the time of one run. Pure. */
import { quantile } from '../../../src/measure/latency/percentiles.js';
import type { Direction } from '../../../src/plan/plan.js';
import type { RateMessage, RttMessage } from '../../messages.js';

export interface Row {
  readonly second: number;
  readonly down: number | undefined;
  readonly up: number | undefined;
  readonly rttMs: number | undefined;
}

export class Series {
  readonly rates: RateMessage[] = [];
  readonly rtts: RttMessage[] = [];

  get seconds(): number {
    return Math.max(0, ...this.rates.map(({ toSeconds }) => toSeconds), ...this.rtts.map(({ atSeconds }) => atSeconds));
  }

  /** By a receiver's count over the last second or so. */
  recent(direction: Direction): number | undefined {
    const last = this.rates.filter((each) => each.direction === direction).slice(-4);
    return rateOf(last);
  }

  /** A row a second; undefined is what was not measured then. */
  rows(): Row[] {
    return Array.from({ length: Math.ceil(this.seconds) }, (_, second) => {
      const within = (from: number) => from >= second && from < second + 1;
      const rates = this.rates.filter(({ fromSeconds, toSeconds }) => within((fromSeconds + toSeconds) / 2));
      const rtts = this.rtts.filter(({ atSeconds }) => within(atSeconds)).map(({ rttMs }) => rttMs);
      return {
        second,
        down: rateOf(rates.filter(({ direction }) => direction === 'down')),
        up: rateOf(rates.filter(({ direction }) => direction === 'up')),
        rttMs:
          rtts.length === 0
            ? undefined
            : quantile(
                rtts.sort((a, b) => a - b),
                0.5,
              ),
      };
    });
  }
}

export function rateOf(spans: readonly Pick<RateMessage, 'bytes' | 'fromSeconds' | 'toSeconds'>[]): number | undefined {
  const seconds = spans.reduce((sum, { fromSeconds, toSeconds }) => sum + toSeconds - fromSeconds, 0);
  if (seconds <= 0) return undefined;
  return (8 * spans.reduce((sum, { bytes }) => sum + bytes, 0)) / seconds;
}
