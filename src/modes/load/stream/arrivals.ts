/** What has arrived at the far end, by its own word, which is believed as far as it can be true. */
import type { Span } from '../../../measure/span.js';
import type { IntervalRecord } from '../../../measure/timeline.js';
import type { LoadSender } from './load.js';
import type { StreamOptions } from './options.js';
import type { FarResult } from './talk.js';

type Sent = Pick<LoadSender, 'writtenBytes' | 'packets'>;

export class Arrivals {
  /** What its interval reports add up to; undefined before the first that counts. */
  reported: Span | undefined;
  /** The same with the omitted beginning. */
  #bytes = 0;
  readonly #sent: () => Sent | undefined;
  /** It may count what the network, or the transport, has doubled. */
  readonly #countsDoubles: boolean;

  /** @param sent what this end has sent so far; undefined where it sends nothing. */
  constructor({ stream, test }: Pick<StreamOptions, 'stream' | 'test'>, sent: () => Sent | undefined) {
    this.#sent = sent;
    const numbersOtherwise = test.mode === 'datagram' && stream.traits?.codec !== undefined;
    this.#countsDoubles = stream.data.mayRepeat === true || numbersOtherwise;
  }

  /** One interval more; false where it cannot be true. */
  add({ omitted, end, bytes }: IntervalRecord): boolean {
    this.#bytes += bytes;
    if (!omitted) this.reported = { start: 0, end, bytes: (this.reported?.bytes ?? 0) + bytes };
    return this.#isPossible(this.#bytes);
  }

  /** Whether its result can be true. */
  believes({ received, packets }: FarResult): boolean {
    return this.#isPossible(received?.bytes ?? 0, packets?.packets);
  }

  #isPossible(bytes: number, packets = 0): boolean {
    if (this.#countsDoubles) return true;
    const { writtenBytes = 0, packets: most = 0 } = this.#sent() ?? {};
    return bytes <= writtenBytes && packets <= most;
  }
}
