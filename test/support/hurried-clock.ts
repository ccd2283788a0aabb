import { type Clock, systemClock } from '../../src/host/clock.js';

/** On which so many seconds pass in each of ours: for waits whose length is no matter of what is tested. */
export function hurriedClock(factor: number): Clock {
  return {
    now: () => systemClock.now() * factor,
    at: (moment, task) => systemClock.at(moment / factor, task),
    turn: (task) => systemClock.turn(task),
  };
}
