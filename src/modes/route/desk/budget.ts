/** Packets that may be sent within any minute. What is still being sent counts as all that it may come to. */
import type { Clock } from '../../../host/clock.js';

const windowSeconds = 60;

interface Spending {
  packets: number;
  /** When it counts no more; infinite while it goes on. */
  until: number;
}

interface Reservation {
  /** Says what was sent, as far as it is known; the rest is free again. */
  settle(sent: number): void;
}

export class PacketBudget {
  readonly #perMinute: number;
  readonly #clock: Clock;
  #spendings: Spending[] = [];

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Undefined where there is no room for so many now. */
  reserve(packets: number): Reservation | undefined {
    this.#forget();
    if (this.#spent + packets > this.#perMinute) return undefined;
    const spending: Spending = { packets, until: Number.POSITIVE_INFINITY };
    this.#spendings.push(spending);
    return {
      settle: (sent) => {
        spending.packets = Math.min(sent, packets);
        spending.until = this.#clock.now() + windowSeconds;
      },
    };
  }

  /** Seconds until some of what is spent is free again. */
  get waitSeconds(): number {
    const nearest = Math.min(...this.#spendings.map(({ until }) => until));
    return Number.isFinite(nearest) ? Math.max(0, nearest - this.#clock.now()) : windowSeconds;
  }

  get #spent(): number {
    return this.#spendings.reduce((sum, { packets }) => sum + packets, 0);
  }

  #forget(): void {
    const now = this.#clock.now();
    this.#spendings = this.#spendings.filter(({ until }) => until > now);
  }
}
