/** Round trips by control texts, for a channel that has no pings of its own. */
import { bounds } from '../../defaults/index.js';
import type { Clock } from '../../host/clock.js';
import { random53 } from '../../host/random.js';
import { OpenPings } from '../../measure/open-pings.js';
import type { MessageOf } from '../../protocol/messages.js';

export class TextEcho {
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

  answered({ id }: MessageOf<'pong'>): void {
    this.#pings.answered(id, this.#clock.now() * 1000);
  }

  loseAll(): void {
    this.#pings.loseAll();
  }
}
