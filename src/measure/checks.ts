/** Bounds that a user sets to a test's figures: which of them do not hold. Pure. */
import type { Bounds, Direction } from '../plan/plan.js';
import type { LatencyReport } from './latency/latency.js';
import { lostPercent, type PacketTotals } from './packets/packets.js';
import { bitsPerSecond, type Span } from './span.js';

export interface FailedCheck {
  readonly check: 'rate' | 'latency' | 'loss';
  /** `both` of latency with both ways at once, which a round trip crosses together. */
  readonly direction: Direction | 'both';
  /** Bits a second, milliseconds or percent; null is missing, which fails too. */
  readonly figure: number | null;
  readonly bound: number;
}

interface Figures {
  readonly sums: readonly {
    readonly direction: Direction;
    readonly received: Span | null;
    readonly packets?: PacketTotals;
  }[];
  readonly latency?: LatencyReport;
}

/** In the order rate, latency, loss; within each, up first. */
export function failedChecks(bounds: Bounds, { sums, latency }: Figures): FailedCheck[] {
  const directions = sums.map(({ direction }) => direction);
  const loaded = latency?.loadedUp ?? latency?.loadedDown;
  const [only] = directions;
  const crossed = directions.length === 1 && only !== undefined ? only : 'both';
  return [
    ...of(bounds.bitsPerSecond, (bound) =>
      sums.map(({ direction, received }) => ({
        ...{ check: 'rate' as const, direction, bound },
        figure: received && bitsPerSecond(received),
      })),
    ),
    ...of(bounds.loadedMs, (bound) => [
      { check: 'latency', direction: crossed, figure: loaded?.medianMs ?? null, bound },
    ]),
    ...of(bounds.lostPercent, (bound) =>
      sums.map(({ direction, packets }) => ({
        ...{ check: 'loss' as const, direction, bound },
        figure: packets ? lostPercent(packets) : null,
      })),
    ),
  ];
}

function of(bound: number | undefined, checks: (bound: number) => FailedCheck[]): FailedCheck[] {
  return bound === undefined ? [] : checks(bound).filter((each) => !holds(each));
}

function holds({ check, figure, bound }: FailedCheck): boolean {
  if (figure === null) return false;
  return check === 'rate' ? figure >= bound : figure <= bound;
}
