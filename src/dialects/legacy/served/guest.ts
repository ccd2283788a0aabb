/**
 * A client of the original at the server: the token if the server has one, its wish, and the test. Liveness: each step
 * of the opening is bounded by `waits`, each test by its own rules.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { legacy, waits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import { onAbort } from '../../../host/abort.js';
import type { Cancel } from '../../../host/clock.js';
import { deferred } from '../../../host/deferred.js';
import { randomId } from '../../../host/random.js';
import { countServedPings } from '../../../modes/ping/account.js';
import type { Channel } from '../../../transport/channel.js';
import { closedError, watchLife } from '../../life.js';
import type { EndRun, House, ServedDialect, Visitor } from '../../served.js';
import { tokenHint } from '../../token.js';
import { LegacyLink } from '../wire/link.js';
import { endOf, type LegacyWish, legacySoftware, parseOpening, pongTo } from '../wire/wire.js';
import { serveLegacyLoad } from './serve-load.js';
import { runLegacyTrace } from './serve-route.js';

/** Guests cannot be told apart as to whose they are: tests that run at one time are one run. */
export function serveLegacy(house: House): ServedDialect {
  let running = 0;
  let endRun: EndRun | undefined;
  return async (visitor) => {
    let isRunning = false;
    await welcome(visitor, house, () => {
      endRun ??= house.admission.begin();
      running += 1;
      isRunning = true;
      visitor.heard();
    });
    if (!isRunning) return;
    running -= 1;
    if (running > 0) return;
    endRun?.(true);
    endRun = undefined;
  };
}

/** Settles once the connection has ended. */
async function welcome({ channel, failed }: Visitor, house: House, begin: () => void): Promise<void> {
  const guest = new Guest(channel, house, begin);
  const stayed = onAbort(house.stop, () => guest.sendAway());
  await guest.done.catch(failed);
  stayed();
}

class Guest {
  /** Settles once the connection has ended: rejects with the WperfError that ended it, if there was one. */
  readonly done: Promise<void>;
  readonly #link: LegacyLink;
  readonly #house: House;
  /** Its test begins; throws where there may be none. */
  readonly #onBegin: () => void;
  #ran = false;
  #tokenDue: boolean;
  #cancelWait: Cancel = () => {};
  readonly #conversation = deferred();

  constructor(channel: Channel, house: House, onBegin: () => void) {
    this.#link = new LegacyLink(channel);
    this.#house = house;
    this.#onBegin = onBegin;
    this.#tokenDue = house.plan.token !== undefined;
    this.done = this.#conversation.promise.finally(() => this.#leave());
    this.#link.onText = (text) => this.#onOpening(text);
    this.#link.onClosed = (closed) => this.#conversation.reject(closedError(closed, this.#link.peer));
    this.#armWait();
  }

  /** Unless it has come to a test, which ends by itself when the server stops. */
  sendAway(): void {
    if (this.#ran) return;
    this.#cancelWait();
    this.#link.close(waits.partingSeconds);
  }

  async #leave(): Promise<void> {
    this.#cancelWait();
    this.#link.close(waits.closeSeconds);
    await this.#link.ended;
  }

  #armWait(): void {
    const { clock } = this.#house.host;
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
    if (sameText(text, this.#house.plan.token ?? '')) {
      this.#armWait();
    } else {
      this.#link.refuse('Invalid token');
      this.#fail('token-rejected', 'the token is wrong', tokenHint);
    }
  }

  #begin(opening: LegacyWish): void {
    this.#onBegin();
    const session = randomId();
    this.#ran = true;
    if (opening.kind === 'ping') this.#conversation.resolve(this.#answerPings(session));
    else if (opening.kind === 'traceroute') this.#conversation.resolve(runLegacyTrace(this.#link, this.#house));
    else this.#conversation.resolve(serveLegacyLoad(this.#link, opening, session, this.#house));
  }

  /** Until the client goes. A client that pings but does not read fills no more than a bounded queue. */
  #answerPings(session: string): Promise<void> {
    const {
      host: { clock },
      stop,
      emit,
    } = this.#house;
    const link = this.#link;
    const guest = { session, peerSoftware: legacySoftware, dialect: 'legacy', link: link.channel } as const;
    const ended = countServedPings(guest, clock, stop);
    let answered = 0;
    const cancels: Cancel[] = [];
    return new Promise<void>((resolve, reject) => {
      cancels.push(watchLife(link, clock, reject), onAbort(stop, resolve));
      link.onClosed = () => resolve();
      link.onText = (text) => {
        const pong = pongTo(text);
        if (text === endOf.client) resolve();
        else if (pong === undefined)
          reject(new WperfError('protocol-violation', 'it sent a text where a ping was due'));
        else if (link.channel.queuedBytes > legacy.queuedBytes) {
          reject(new WperfError('protocol-violation', 'it pings without reading the answers'));
        } else {
          answered += 1;
          link.say(pong);
        }
      };
    }).finally(() => {
      for (const cancel of cancels) cancel();
      emit.pings(ended(answered));
    });
  }

  #refuse(code: WperfError['code'], message: string, hint?: string): void {
    this.#link.refuse(message);
    this.#fail(code, message, hint);
  }

  #fail(code: WperfError['code'], message: string, hint?: string): void {
    this.#conversation.reject(new WperfError(code, message, { operation: 'handshake', peer: this.#link.peer, hint }));
  }
}

/** In a time that does not depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
