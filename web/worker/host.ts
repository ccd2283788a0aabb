/** The browser as a host: its clock, its name, and how busy this worker is. */
import { type Clock, systemClock } from '../../src/host/clock.js';
import type { Host } from '../../src/host/host.js';
import type { UsageMeter } from '../../src/measure/usage.js';

export function browserHost(software: string): Host {
  return { clock: systemClock, software, meterUsage: () => meterTurns(systemClock) };
}

const LOOK_SECONDS = 0.025;
/** A turn that comes later than this had others in front of it. */
const LATE_SECONDS = 0.001;
/** Timers of browsers are this inexact by themselves. */
const TIMER_SECONDS = 0.006;

/**
 * No browser tells what a worker uses. How often a word to oneself must wait for other work is as good as how long that
 * work takes. Liveness: looks until it is read.
 */
function meterTurns(clock: Clock): UsageMeter {
  let looks = 0;
  let late = 0;
  let cancel = () => {};
  const look = (due: number) => {
    const now = clock.now();
    const isLate = now - due > TIMER_SECONDS;
    clock.turn(() => {
      looks += 1;
      if (isLate || clock.now() - now > LATE_SECONDS) late += 1;
    });
    cancel = clock.at(now + LOOK_SECONDS, () => look(now + LOOK_SECONDS));
  };
  cancel = clock.at(clock.now() + LOOK_SECONDS, () => look(clock.now()));
  return {
    count() {
      looks = 0;
      late = 0;
    },
    read() {
      cancel();
      return { cpu: { total: 0, user: 0, system: 0 }, busy: looks === 0 ? 0 : late / looks };
    },
  };
}
