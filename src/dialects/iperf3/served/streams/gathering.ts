/** The connections for load of one test, from the word that the client may make them until all are there. */
import { waits } from '../../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../../errors.js';
import type { Cancel, Clock } from '../../../../host/clock.js';
import { deferred } from '../../../../host/deferred.js';
import type { LoadLink } from '../../../../transport/channel.js';
import { errorNumbers } from '../../wire/states.js';
import { refusal } from '../rules.js';

export class Gathering {
  readonly links: LoadLink[] = [];
  /** Another is due. */
  isOpen = true;
  readonly #count: number;
  readonly #clock: Clock;
  readonly #all = deferred();
  readonly #cancelWhole: Cancel;
  #cancelStep: Cancel = () => {};

  constructor(count: number, clock: Clock) {
    this.#count = count;
    this.#clock = clock;
    this.#all.promise.catch(() => {});
    this.#cancelWhole = this.#patience(waits.startSeconds);
    this.#cancelStep = this.#patience(waits.handshakeStepSeconds);
  }

  /** Rejects with a WperfError when they do not come in time, or one cannot be had. */
  get all(): Promise<void> {
    return this.#all.promise;
  }

  /** Another has come. `open` throws where it cannot be had. */
  take(open: () => LoadLink): void {
    try {
      this.links.push(open());
    } catch (thrown) {
      this.#settle();
      this.#all.reject(toWperfError(thrown));
      return;
    }
    this.#cancelStep();
    if (this.links.length === this.#count) {
      this.#settle();
      this.#all.resolve();
    } else this.#cancelStep = this.#patience(waits.handshakeStepSeconds);
  }

  close(): void {
    this.#settle();
    this.#all.reject(new WperfError('peer-lost', 'the test is over'));
  }

  #settle(): void {
    this.isOpen = false;
    this.#cancelWhole();
    this.#cancelStep();
  }

  #patience(seconds: number): Cancel {
    return this.#clock.at(this.#clock.now() + seconds, () => {
      this.#settle();
      const text = `${this.links.length} of ${this.#count} connections for load came within ${seconds} s`;
      this.#all.reject(refusal(errorNumbers.streamAccept, 'timeout', text));
    });
  }
}
