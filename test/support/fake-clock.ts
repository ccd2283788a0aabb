import type { Clock } from '../../src/host/clock.js';

/** A clock that moves only when told to. */
export class FakeClock implements Clock {
  #now = 100;
  #tasks: { moment: number; task: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  at(moment: number, task: () => void): () => void {
    const entry = { moment, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  turn(task: () => void): void {
    setImmediate(task);
  }

  get pending(): number {
    return this.#tasks.length;
  }

  /** Moves on, running what falls due in order, each at its own moment plus `late`. */
  advance(seconds: number, late = 0): void {
    const end = this.#now + seconds;
    for (;;) {
      const next = this.#tasks.sort((a, b) => a.moment - b.moment)[0];
      if (!next || next.moment + late > end) break;
      this.#tasks.shift();
      this.#now = Math.max(this.#now, next.moment + late);
      next.task();
    }
    this.#now = end;
  }
}
