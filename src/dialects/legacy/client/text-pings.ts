/** Pings of the original's dialect, which are numbered texts, and their round trips. */
import { bounds, legacy } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import { deferred } from '../../../host/deferred.js';
import { OpenPings } from '../../../measure/latency/open-pings.js';
import { closedError } from '../../life.js';
import type { LegacyLink } from '../wire/link.js';
import { pingText, pongSeq } from '../wire/wire.js';

export class TextPings {
  /** Called when the connection has ended, before the pings that are out fail. */
  onGone: () => void = () => {};
  readonly #link: LegacyLink;
  readonly #pings = new OpenPings<number>(bounds.pingsInFlight);
  #next = 0;
  #repeated = 0;
  readonly #failed = deferred<never>();

  /** Takes the link's turn. */
  constructor(link: LegacyLink) {
    this.#link = link;
    this.failed.catch(() => {});
    link.onText = (text) => this.#onText(text);
    link.onClosed = (closed) => this.#end(closedError(closed, link.peer));
  }

  /** Rejects with the WperfError that ended the connection, which may be that the server said what it should not. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** One round trip in milliseconds; rejects when the connection ends first, or when too many others are out. */
  ping(): Promise<number> {
    if (this.#link.closed) return Promise.reject(new Error('the connection closed'));
    const seq = this.#next++;
    const answer = this.#pings.add(seq, performance.now());
    this.#link.say(pingText(seq));
    return answer;
  }

  #onText(text: string): void {
    const nowMs = performance.now();
    const seq = pongSeq(text);
    if (seq === undefined) this.#refuse('sent a text where a pong was due');
    else if (seq >= this.#next) this.#refuse('answered a ping that was not sent');
    else this.#answered(seq, nowMs);
  }

  #answered(seq: number, nowMs: number): void {
    if (this.#pings.answeredAlone(seq, nowMs)) return;
    if (++this.#repeated > legacy.repeatedPongs) this.#refuse('answers the same pings over and over');
  }

  #refuse(what: string): void {
    const { peer } = this.#link;
    this.#link.refuse(what);
    this.#end(new WperfError('protocol-violation', `${peer} ${what}`, { operation: 'test', peer }));
  }

  #end(error: WperfError): void {
    this.onGone();
    this.#failed.reject(error);
    this.#pings.loseAll();
  }
}
