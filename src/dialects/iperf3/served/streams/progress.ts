/** Whether the streams of a test get anywhere. */
import { waits } from '../../../../defaults/index.js';
import type { TestEvent } from '../../../../events/load.js';
import type { Cancel, Clock } from '../../../../host/clock.js';
import type { Link } from '../../../../transport/channel.js';

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
    let seen = -1;
    let since = clock.now();
    let cancel: Cancel = () => {};
    const look = () => {
      const now = clock.now();
      const moved = this.#links.reduce((sum, { bytesRead }) => sum + bytesRead, this.#sentBytes);
      if (moved !== seen) since = now;
      seen = moved;
      if (now - since >= silenceSeconds) return stalled();
      cancel = clock.at(now + waits.heartbeatSeconds, look);
    };
    look();
    return () => cancel();
  }
}
