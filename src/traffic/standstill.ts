/**
 * How long this process did not run at all: stopped, or starved by its machine. A look that comes much later than it was
 * due tells; a machine's sleep only where the monotonic clock counts it, which Linux's does not. Liveness: looks until it
 * is stopped.
 */
import { standstill } from '../defaults/index.js';
import type { Cancel, Clock } from '../host/clock.js';

/** It began anywhere between the last look and the one that was due. */
const betweenLooks = standstill.lookSeconds / 2;

export interface Standstill {
  /** So far; a standstill too short to tell is none. */
  readonly seconds: number;
  stop(): void;
}

export function watchStandstill(clock: Clock): Standstill {
  let pastSeconds = 0;
  let dueAt = Number.POSITIVE_INFINITY;
  let cancel: Cancel = () => {};
  const seconds = () => {
    const lateSeconds = clock.now() - dueAt;
    return pastSeconds + (lateSeconds >= standstill.leastSeconds ? lateSeconds + betweenLooks : 0);
  };
  const look = () => {
    pastSeconds = seconds();
    dueAt = clock.now() + standstill.lookSeconds;
    cancel = clock.at(dueAt, look);
  };
  look();
  return {
    get seconds() {
      return seconds();
    },
    stop() {
      cancel();
      pastSeconds = seconds();
      dueAt = Number.POSITIVE_INFINITY;
    },
  };
}
