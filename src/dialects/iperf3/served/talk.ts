/**
 * One stream of an iperf3 test as the engine sees it: the ends say nothing to each other while it runs, so its words
 * come from the conversation that all streams share. Keeps what this end says for the results.
 */
import type { WperfError } from '../../../errors.js';
import { deferred } from '../../../host/deferred.js';
import { Inbox } from '../../../host/inbox.js';
import type { FarWord, OwnWord, StreamTalk } from '../../../modes/load/stream/talk.js';
import type { MessageOf } from '../../../protocol/messages.js';

/** The conversation of a test. */
export interface Whole {
  readonly peer: string;
  /** This end stops before its time. */
  stopped(): void;
  /** Ends the whole test. */
  abort(error: WperfError): void;
}

export class ServerTalk implements StreamTalk {
  /** Packets of the beginning that is left out, received by this end. */
  readonly omitted = { packets: 0, errors: 0 };
  /** With those left out. */
  sentPackets = 0;
  readonly #whole: Whole;
  readonly #begun = deferred();
  readonly #result = deferred<MessageOf<'result'>>();
  readonly #words = new Inbox<FarWord>();

  constructor(whole: Whole) {
    this.#whole = whole;
    this.#begun.promise.catch(() => {});
    this.#result.promise.catch(() => {});
  }

  get peer(): string {
    return this.#whole.peer;
  }

  /** This end's final figures. */
  get result(): Promise<MessageOf<'result'>> {
    return this.#result.promise;
  }

  begin(): Promise<void> {
    return this.#begun.promise;
  }

  start(): void {
    this.#begun.resolve();
  }

  say(word: OwnWord): void {
    if (word.type === 'result') this.#result.resolve(word);
    else if (word.type === 'sent') this.sentPackets = word.packets;
    else if (word.type === 'end') this.#whole.stopped();
    else if (word.type === 'interval' && word.omitted && word.packets) {
      this.omitted.packets += word.packets.packets;
      this.omitted.errors += word.packets.lost;
    }
  }

  next(): Promise<FarWord> {
    return this.#words.next();
  }

  put(word: FarWord): void {
    this.#words.put(word);
  }

  fail(error: WperfError): void {
    this.#begun.reject(error);
    this.#result.reject(error);
    this.#words.fail(error);
  }

  /** The conversation is watched as a whole. */
  watch(): void {}

  abort(error: WperfError): void {
    this.#whole.abort(error);
  }
}
