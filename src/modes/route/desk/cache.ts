/** Results of traces, kept for a while for those who ask for the same again. */
import { traceService } from '../../../defaults/index.js';
import type { TraceEvent } from '../../../events/route.js';
import type { Clock } from '../../../host/clock.js';

interface KeptTrace {
  readonly events: readonly TraceEvent[];
  readonly ageSeconds: number;
}

export class TraceCache {
  readonly #seconds: number;
  readonly #clock: Clock;
  /** Oldest first, since each key is put in anew. */
  readonly #kept = new Map<string, { readonly events: readonly TraceEvent[]; readonly endedAt: number }>();

  constructor(seconds: number, clock: Clock) {
    this.#seconds = seconds;
    this.#clock = clock;
  }

  get(key: string): KeptTrace | undefined {
    this.#forget();
    const found = this.#kept.get(key);
    return found && { events: found.events, ageSeconds: this.#clock.now() - found.endedAt };
  }

  keep(key: string, events: readonly TraceEvent[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, { events, endedAt: this.#clock.now() });
    this.#forget();
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [key, { endedAt }] of this.#kept) {
      const isOld = now - endedAt >= this.#seconds;
      if (!isOld && this.#kept.size <= traceService.keptResults) break;
      this.#kept.delete(key);
    }
  }
}
