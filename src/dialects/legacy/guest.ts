/**
 * A client of the original at the server: the token if the server has one, its wish, and the test. Liveness: each step
 * of the opening is bounded by `waits`, each test by its own rules.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { legacy, waits } from '../../defaults/index.js';
import { toWperfError, WperfError } from '../../errors.js';
import type { PingsServedEvent } from '../../events/ping.js';
import type { TestEvent } from '../../events/test.js';
import type { Cancel, Clock } from '../../host/clock.js';
import { nodeHost } from '../../host/node.js';
import { countServedPings } from '../../modes/ping/account.js';
import type { TraceDesk } from '../../modes/route/desk/desk.js';
import type { ServerPlan } from '../../plan/plan.js';
import type { Channel } from '../../transport/channel.js';
import { tokenHint } from '../native/conversation.js';
import { watchLife } from './life.js';
import { closedError, Link } from './link.js';
import { serveLegacyLoad } from './serve-load.js';
import { type LegacyTraceOptions, runLegacyTrace } from './serve-route.js';
import { endOf, legacySoftware, type Opening, parseOpening, pongTo } from './wire.js';

export interface GuestOptions {
  readonly plan: Pick<ServerPlan, 'token' | 'seconds' | 'bytes'>;
  /** 32 hexadecimal digits that tell the guest's test from others. */
  readonly session: string;
  readonly clock: Clock;
  /** False when the server has begun another test, and serves one only. */
  readonly mayBegin: () => boolean;
  /** Ends a running test with what it has. */
  readonly stop: AbortSignal;
  /** The events of the guest's one test, if it comes to one. */
  readonly onEvent: (event: TestEvent) => void;
  readonly onPings: (event: PingsServedEvent) => void;
  /** What was asked for and came to no test, in a sentence. */
  readonly onNote: (text: string) => void;
  readonly desk: TraceDesk;
  readonly annotate: LegacyTraceOptions['annotate'];
}

export class Guest {
  /** Settles once the connection has ended: rejects with the WperfError that ended it, if there was one. */
  readonly done: Promise<void>;
  readonly #link: Link;
  readonly #options: GuestOptions;
  #ran = false;
  #tokenDue: boolean;
  #cancelWait: Cancel = () => {};
  #settle: (outcome: Promise<void>) => void = () => {};
  #reject: (error: WperfError) => void = () => {};

  constructor(channel: Channel, options: GuestOptions) {
    this.#link = new Link(channel);
    this.#options = options;
    this.#tokenDue = options.plan.token !== undefined;
    const conversation = new Promise<void>((resolve, reject) => {
      this.#settle = resolve;
      this.#reject = reject;
    });
    this.done = conversation.finally(() => this.#leave());
    this.#link.onText = (text) => this.#onOpening(text);
    this.#link.onClosed = (closed) => this.#reject(closedError(closed, this.#link.peer));
    this.#armWait();
  }

  get peer(): string {
    return this.#link.peer;
  }

  /** True once the guest has come to a test. */
  get ran(): boolean {
    return this.#ran;
  }

  close(withinSeconds: number): void {
    this.#cancelWait();
    this.#link.close(withinSeconds);
  }

  drop(): void {
    this.#link.channel.drop();
  }

  async #leave(): Promise<void> {
    this.#cancelWait();
    this.#link.close(waits.closeSeconds);
    await this.#link.ended;
  }

  #armWait(): void {
    const { clock } = this.#options;
    this.#cancelWait();
    this.#cancelWait = clock.at(clock.now() + waits.handshakeStepSeconds, () => {
      this.#refuse('timeout', `nothing was asked for within ${waits.handshakeStepSeconds} s`);
    });
  }

  #onOpening(text: string): void {
    if (this.#tokenDue) {
      this.#checkToken(text);
      return;
    }
    this.#cancelWait();
    try {
      const opening = parseOpening(text);
      if (opening) this.#begin(opening);
      else this.#refuse('token-not-asked', 'this server asks for no token', 'start the client without --token');
    } catch (thrown) {
      const { code, message } = toWperfError(thrown);
      this.#refuse(code, message);
    }
  }

  #checkToken(text: string): void {
    this.#tokenDue = false;
    if (sameText(text, this.#options.plan.token ?? '')) {
      this.#armWait();
    } else {
      this.#link.refuse('Invalid token');
      this.#fail('token-rejected', 'the token is wrong', tokenHint);
    }
  }

  #begin(opening: Opening): void {
    const { plan, session, clock, stop, mayBegin, onEvent, onNote, desk, annotate } = this.#options;
    if (!mayBegin()) throw new WperfError('server-full', 'the server runs one test only, and has begun it');
    this.#ran = true;
    if (opening.kind === 'ping') this.#settle(this.#answerPings());
    else if (opening.kind !== 'traceroute') {
      this.#settle(
        serveLegacyLoad({ link: this.#link, plan, session, host: { ...nodeHost, clock }, stop, onEvent }, opening),
      );
    } else this.#settle(runLegacyTrace({ link: this.#link, desk, proven: plan.token !== undefined, annotate, onNote }));
  }

  /** Until the client goes. A client that pings but does not read fills no more than a bounded queue. */
  #answerPings(): Promise<void> {
    const { session, clock, stop, onPings } = this.#options;
    const link = this.#link;
    const guest = { session, peerSoftware: legacySoftware, dialect: 'legacy', info: link.channel.info } as const;
    const ended = countServedPings(guest, clock, stop);
    let answered = 0;
    return new Promise<void>((resolve, reject) => {
      const cancelWatch = watchLife(link, clock, reject);
      const finish = () => {
        cancelWatch();
        stop.removeEventListener('abort', finish);
        resolve();
      };
      stop.addEventListener('abort', finish, { once: true });
      link.onClosed = finish;
      link.onText = (text) => {
        const pong = pongTo(text);
        if (text === endOf.client) finish();
        else if (pong === undefined)
          reject(new WperfError('protocol-violation', 'it sent a text where a ping was due'));
        else if (link.channel.queuedBytes > legacy.queuedBytes) {
          reject(new WperfError('protocol-violation', 'it pings without reading the answers'));
        } else {
          answered += 1;
          link.say(pong);
        }
      };
    }).finally(() => onPings(ended(answered)));
  }

  #refuse(code: WperfError['code'], message: string, hint?: string): void {
    this.#link.refuse(message);
    this.#fail(code, message, hint);
  }

  #fail(code: WperfError['code'], message: string, hint?: string): void {
    const detail = { operation: 'handshake', peer: this.#link.peer, ...(hint !== undefined && { hint }) };
    this.#reject(new WperfError(code, message, detail));
  }
}

/** In a time that does not depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
