/** The kernel's time stamps as moments of the monotonic clock, whatever steps the wall clock takes meanwhile. */
import { systemClock } from '../clock.js';
import type { Libc } from './libc.js';
import { realtimeNs } from './sockets.js';

/**
 * Clocks that differ by so much more than before have parted, or were not read at one moment: they are compared anew.
 * Only those that have parted are told by the new comparison: each is off by a little, which would change the order of
 * packets that came close behind each other.
 */
const STEP_SECONDS = 0.0001;
/** A comparison is as good as it is quick, and the first ones never are. */
const COMPARISONS = 20;

interface Comparison {
  readonly kernelNs: bigint;
  readonly seconds: number;
}

export class ArrivalClock {
  readonly #libc: Libc;
  #same: Comparison;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#same = compareClocks(libc);
  }

  /** In seconds of the system's clock; no later than now. */
  momentOf(stampNs: bigint): number {
    const now = this.#compare();
    return Math.min(now, this.#momentOf(stampNs));
  }

  /** The same for stamps that are read together, as the `struct timespec` that they are: one look at the clocks serves all. */
  together(): (seconds: number, nanoseconds: number) => number {
    const now = this.#compare();
    const same = this.#same;
    const kernelSeconds = Number(same.kernelNs / 1_000_000_000n);
    const base = same.seconds - Number(same.kernelNs % 1_000_000_000n) / 1e9;
    return (seconds, nanoseconds) => Math.min(now, base + (seconds - kernelSeconds) + nanoseconds / 1e9);
  }

  /** Now, with the clocks compared anew where they have parted. */
  #compare(): number {
    const now = systemClock.now();
    if (this.#part({ kernelNs: realtimeNs(this.#libc), seconds: now })) {
      const anew = compareClocks(this.#libc);
      if (this.#part(anew)) this.#same = anew;
    }
    return now;
  }

  /** Whether the clocks differ by another time than before. */
  #part({ kernelNs, seconds }: Comparison): boolean {
    return Math.abs(this.#momentOf(kernelNs) - seconds) > STEP_SECONDS;
  }

  #momentOf(stampNs: bigint): number {
    return this.#same.seconds + Number(stampNs - this.#same.kernelNs) / 1e9;
  }
}

function compareClocks(libc: Libc): Comparison {
  let quickest = Number.POSITIVE_INFINITY;
  let same: Comparison = { kernelNs: 0n, seconds: 0 };
  for (let i = 0; i < COMPARISONS; i++) {
    const before = systemClock.now();
    const kernelNs = realtimeNs(libc);
    const after = systemClock.now();
    if (after - before < quickest) {
      quickest = after - before;
      same = { kernelNs, seconds: (before + after) / 2 };
    }
  }
  return same;
}

let shared: ArrivalClock | undefined;

/** One for all who read the same clocks. */
export function arrivalClock(libc: Libc): ArrivalClock {
  shared ??= new ArrivalClock(libc);
  return shared;
}
