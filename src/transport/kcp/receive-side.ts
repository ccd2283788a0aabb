/**
 * What has arrived of a conversation: payload in order and out of order, and the acks that it calls for. Pure. Holds at
 * most two receive windows: one that is in order and unread, and one beyond the first gap.
 */
import { after, beyond, type Segment } from './segment.js';

interface Ack {
  readonly number: number;
  readonly stampMs: number;
}

export class ReceiveSide {
  duplicates = 0;
  /** The sender asked for the window; or it saw a full one, and has to be told that there is room again. */
  mustTell = false;
  readonly #receiveWindow: number;
  readonly #payloads = new Map<number, Buffer>();
  /** Everything before it has been read. */
  #unread: number;
  /** Everything before it has arrived, and all from `#unread` on can be read. */
  #next: number;
  #acks: Ack[] = [];

  constructor(receiveWindow: number, firstNumber: number) {
    this.#receiveWindow = receiveWindow;
    this.#unread = firstNumber;
    this.#next = firstNumber;
  }

  /** The first that has not arrived. */
  get next(): number {
    return this.#next;
  }

  /** Segments that there is room for. */
  get room(): number {
    return this.#receiveWindow - beyond(this.#next, this.#unread);
  }

  get acksWaiting(): number {
    return this.#acks.length;
  }

  /** A duplicate is acknowledged too: its first ack may be lost. What is beyond the window never came. */
  push({ number, stampMs, payload }: Segment): void {
    if (beyond(number, this.#next) >= this.#receiveWindow) return;
    this.#acks.push({ number, stampMs });
    if (beyond(number, this.#next) < 0 || this.#payloads.has(number)) this.duplicates += 1;
    else {
      this.#payloads.set(number, payload);
      this.#advance();
    }
  }

  /** The payload of the next segment, if it has arrived; its memory is that of the datagram that brought it. */
  read(): Buffer | undefined {
    while (this.#unread !== this.#next) {
      const payload = this.#payloads.get(this.#unread);
      this.#payloads.delete(this.#unread);
      if (this.room === 0) this.mustTell = true;
      this.#unread = after(this.#unread, 1);
      this.#advance();
      if (payload?.length) return payload;
    }
    return undefined;
  }

  /** Those that the number of the next segment does not say already, and the latest, from which the round trip is told. */
  takeAcks(): Ack[] {
    const acks = this.#acks;
    this.#acks = [];
    const latest = acks.length - 1;
    return acks.filter(({ number }, index) => index === latest || beyond(number, this.#next) >= 0);
  }

  #advance(): void {
    while (this.room > 0 && this.#payloads.has(this.#next)) this.#next = after(this.#next, 1);
  }
}
