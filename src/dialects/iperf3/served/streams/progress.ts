/** Whether the streams of a test get anywhere. */
import type { TestEvent } from '../../../../events/load.js';
import type { Cancel, Clock } from '../../../../host/clock.js';
import type { Link } from '../../../../transport/channel.js';
import { watchMovement } from '../../../life.js';

export class Progress {
  readonly #links: readonly Pick<Link, 'bytesRead'>[];
  #sentBytes = 0;

  constructor(links: readonly Pick<Link, 'bytesRead'>[]) {
    this.#links = links;
  }

  event(event: TestEvent): void {
    if (event.type !== 'interval') return;
    for (const { sender, bytes } of event.streams) this.#sentBytes += sender ? bytes : 0;
  }

  /** Calls `stalled` once nothing has moved for so long. */
  watch(clock: Clock, silenceSeconds: number, stalled: () => void): Cancel {
    const count = () => this.#links.reduce((sum, { bytesRead }) => sum + bytesRead, this.#sentBytes);
    return watchMovement(clock, { count, silenceSeconds, onSilence: stalled });
  }
}
