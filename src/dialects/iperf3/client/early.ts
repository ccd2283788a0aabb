/** Packets that come before anyone counts them: a server's first overtake its word that the test runs. */
import type { Clock } from '../../../host/clock.js';
import { HEAD_BYTES, type PacketListener } from '../../../transport/channel.js';

/** Of one stream, while a client is busy with something else. */
const MOST = 1000;

export class EarlyPackets {
  readonly #clock: Clock;
  #kept: Parameters<PacketListener>[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly keep: PacketListener = (head, bytes, arrivedAt = this.#clock.now()) => {
    if (this.#kept.length < MOST) this.#kept.push([Buffer.from(head.subarray(0, HEAD_BYTES)), bytes, arrivedAt]);
  };

  /** Once, to who counts them from now on. */
  tell(listener: PacketListener): void {
    for (const packet of this.#kept.splice(0)) listener(...packet);
  }
}
