/**
 * Who may make streams over UDP, one test of an address at a time: iperf3's first datagram says nothing of whose it is,
 * so what comes from an address is its test's that is making streams.
 */
import { deferred } from '../../../host/deferred.js';

export class Turns {
  /** The last of each address. */
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves, once it is this one's turn, with what ends it. */
  async take(address: string): Promise<() => void> {
    const before = this.#last.get(address);
    const own = deferred();
    const all = Promise.all([before, own.promise]).then(() => {
      if (this.#last.get(address) === all) this.#last.delete(address);
    });
    this.#last.set(address, all);
    await before;
    return own.resolve;
  }
}
