/** What an unproved address is sent to give back: made of a secret, the address and the time, so that nothing is kept of it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../host/clock.js';
import { COOKIE_BYTES } from './greeting.js';
import type { Peer } from './sockets/socket.js';

/** A cookie is good in the slot that made it and in the one after. */
const SLOT_SECONDS = 10;

export class Cookies {
  readonly #clock: Clock;
  readonly #secret = randomBytes(32);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  make(peer: Peer, key: Buffer): Buffer {
    return this.#cookie(peer, key, this.#slot);
  }

  isGood(cookie: Buffer, peer: Peer, key: Buffer): boolean {
    return [this.#slot, this.#slot - 1].some((slot) => timingSafeEqual(cookie, this.#cookie(peer, key, slot)));
  }

  get #slot(): number {
    return Math.floor(this.#clock.now() / SLOT_SECONDS);
  }

  #cookie({ host, port }: Peer, key: Buffer, slot: number): Buffer {
    const mac = createHmac('sha256', this.#secret).update(`${host} ${port} ${slot} `).update(key);
    return mac.digest().subarray(0, COOKIE_BYTES);
  }
}
