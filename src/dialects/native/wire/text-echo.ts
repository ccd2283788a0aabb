/** Round trips by control texts: for a channel that has no pings of its own, and where the far end's clock is wanted. */
import { bounds } from '../../../defaults/index.js';
import type { Clock } from '../../../host/clock.js';
import { random53 } from '../../../host/random.js';
import { OpenPings } from '../../../measure/latency/open-pings.js';
import type { RoundTripMoments } from '../../../measure/latency/queues.js';
import type { MessageOf } from '../../../protocol/messages.js';

export class TextEcho {
  /** Told of each answer that tells the far end's clock, before its ping is. */
  onMoments: (moments: RoundTripMoments) => void = () => {};
  readonly #clock: Clock;
  readonly #send: (message: MessageOf<'ping'>) => void;
  readonly #pings = new OpenPings<number>(bounds.pingsInFlight);

  constructor(clock: Clock, send: (message: MessageOf<'ping'>) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** As a channel's: one round trip in milliseconds. The number is random, so that no peer can answer before it came. */
  ping(written: () => void = () => {}): Promise<number> {
    const id = random53();
    const answer = this.#pings.add(id, this.#clock.now() * 1000);
    this.#send({ type: 'ping', id });
    written();
    return answer;
  }

  /** @param arrivedAt by the kernel; before the ping it is the work of a wall clock that took a step. */
  answered({ id, at }: MessageOf<'pong'>, arrivedAt = 0): void {
    const sentMs = this.#pings.sentMs(id);
    if (sentMs === undefined) return;
    const arrivedMs = arrivedAt * 1000 > sentMs ? arrivedAt * 1000 : this.#clock.now() * 1000;
    if (at !== undefined) this.onMoments({ sentMs, farMs: at, arrivedMs });
    this.#pings.answered(id, arrivedMs);
  }

  loseAll(): void {
    this.#pings.loseAll();
  }
}
