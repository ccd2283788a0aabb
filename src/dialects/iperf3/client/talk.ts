/**
 * One stream's part in a test at an iperf3 server. The wire knows no words of a stream: the test begins and ends for all
 * of them, and in the end each end tells of all.
 */
import type { WperfError } from '../../../errors.js';
import { Inbox } from '../../../host/inbox.js';
import type { FarWord, OwnWord, StreamTalk } from '../../../modes/load/stream/talk.js';
import type { MessageOf } from '../../../protocol/messages.js';

interface TestOfTalk {
  /** For errors, `host:port`. */
  readonly peer: string;
  watch(silenceSeconds: number): void;
  /** The stream has come to its end at this side; `sentPackets` is the number that the next would have had. */
  done(result: MessageOf<'result'>, sentPackets: number): void;
  /** The test is to end before its time. */
  terminate(): void;
  fail(error: WperfError): void;
}

export class Iperf3Talk implements StreamTalk {
  readonly #test: TestOfTalk;
  readonly #words = new Inbox<FarWord>();
  #sentPackets = 0;

  constructor(test: TestOfTalk) {
    this.#test = test;
  }

  get peer(): string {
    return this.#test.peer;
  }

  /** The server has begun already. */
  async begin(): Promise<void> {}

  say(word: OwnWord): void {
    if (word.type === 'sent') this.#sentPackets = word.packets;
    else if (word.type === 'end') this.#test.terminate();
    else if (word.type === 'result') this.#test.done(word, this.#sentPackets);
  }

  next(): Promise<FarWord> {
    return this.#words.next();
  }

  watch(silenceSeconds: number): void {
    this.#test.watch(silenceSeconds);
  }

  abort(error: WperfError): void {
    this.#test.fail(error);
  }

  hear(word: FarWord): void {
    this.#words.put(word);
  }

  fail(error: WperfError): void {
    this.#words.fail(error);
  }
}
