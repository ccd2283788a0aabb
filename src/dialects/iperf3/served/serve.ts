/**
 * The served side of iperf3: each cookie is a test, whose first connection is the one on which the ends talk. Everybody
 * has a test of their own, unless the server is to serve one at a time.
 */
import { iperf3Service, waits } from '../../../defaults/index.js';
import { WperfError } from '../../../errors.js';
import type { Cancel } from '../../../host/clock.js';
import { randomId } from '../../../host/random.js';
import { networkOf } from '../../../net/networks.js';
import { peerText } from '../../../transport/channel.js';
import type { House, RawDialect, RawVisitor, StrayDatagram } from '../../served.js';
import { readPrivateKey } from '../wire/auth.js';
import { COOKIE_BYTES, cookieText } from '../wire/cookie.js';
import { FrameReader } from '../wire/framing.js';
import { type State, states } from '../wire/states.js';
import { Control } from './control.js';
import { busy } from './rules.js';
import { Session, type SessionTools } from './session.js';
import { Turns } from './turns.js';
import { Users } from './users.js';

export class Iperf3Server implements RawDialect {
  /** By cookie. */
  readonly #sessions = new Map<string, Session>();
  readonly #house: House;
  readonly #login: SessionTools['login'];
  readonly #turns = new Turns();
  /** Streams that are granted, by session. */
  readonly #streams = new Map<Session, number>();

  /** Throws a WperfError for a key, or a list of users, that cannot be used. */
  constructor(house: House) {
    this.#house = house;
    const { login } = house.plan.iperf3 ?? {};
    if (!login) return;
    const key = readPrivateKey(login.privateKey);
    const users = new Users(login);
    this.#login = async () => ({ key, users: await users.current() });
  }

  async serve(visitor: RawVisitor): Promise<void> {
    const { socket, info } = visitor;
    const reader = new FrameReader(socket, { clock: this.#house.host.clock, peer: peerText(info) });
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    try {
      const cookie = await reader.readBytes(COOKIE_BYTES, waits.firstBytesSeconds, 'its cookie');
      await this.#receive(cookie, visitor, reader);
    } catch {
      socket.destroy();
    }
    await ended;
  }

  hear(datagram: StrayDatagram): boolean {
    return [...this.#sessions.values()].some((session) => session.hear(datagram));
  }

  async #receive(cookie: Buffer, visitor: RawVisitor, reader: FrameReader): Promise<void> {
    const key = cookie.toString('latin1');
    const known = this.#sessions.get(key);
    if (known) {
      if (!known.take(visitor, reader)) await this.#turnAway(visitor, reader);
      return;
    }
    if (startsRequest(key)) {
      visitor.failed(otherPort());
      await this.#turnAway(visitor, reader, states.paramExchange);
      return;
    }
    const full = visitor.admit() ?? (this.#isBusy() ? runsAnother() : undefined);
    if (full) {
      visitor.failed(full);
      await this.#turnAway(visitor, reader);
      return;
    }
    const session = new Session(idOf(cookie), visitor, reader, {
      house: this.#house,
      login: this.#login,
      reserve: (one, streams) => this.#reserve(one, streams),
      turn: (address) => this.#turns.take(address),
    });
    this.#sessions.set(key, session);
    try {
      await session.run();
    } finally {
      this.#sessions.delete(key);
    }
  }

  /** As iperf3 tells that it is busy, or of a cookie that is of no test. */
  #turnAway({ socket }: RawVisitor, reader: FrameReader, state: State = states.accessDenied): Promise<void> {
    const control = new Control(socket, reader, this.#house.host.clock);
    control.say(state);
    return control.close(waits.stopSeconds, new WperfError('server-full', 'turned away'));
  }

  #isBusy(): boolean {
    const { oneAtATime = false } = this.#house.plan.iperf3 ?? {};
    return oneAtATime && [...this.#sessions.values()].some((session) => session.isBusy);
  }

  /** Throws a Refusal where there is no room. */
  #reserve(session: Session, streams: number): Cancel {
    if (this.#isBusy()) throw busy(runsAnother());
    const network = networkOf(session.address);
    const all = [...this.#streams].map(([other, count]) => ({ count, isOfSame: networkOf(other.address) === network }));
    const total = all.reduce((sum, { count }) => sum + count, streams);
    const own = all.reduce((sum, { count, isOfSame }) => sum + (isOfSame ? count : 0), streams);
    if (total > iperf3Service.streams || own > iperf3Service.streamsOfOne) {
      throw busy(new WperfError('server-full', 'the server has as many streams of iperf3 as it can take'));
    }
    this.#streams.set(session, streams);
    return () => this.#streams.delete(session);
  }
}

/** Of HTTP; wperf's own clients tell by the state that answers it where they are. */
const startsRequest = (cookie: string) => /^[A-Z]+ \S/.test(cookie);

function otherPort(): WperfError {
  const hint = "wperf's own clients and browsers go to the port of -p/--port";
  return new WperfError('protocol-violation', "it sent a request of HTTP to the port of iperf3's clients", { hint });
}

function runsAnother(): WperfError {
  return new WperfError('server-full', 'another test of iperf3 is running, and the server runs one at a time');
}

/** Its own, so that both ends' reports name the same test, where that is a random one of some length. */
function idOf(cookie: Buffer): string {
  const text = cookieText(cookie);
  return /^[a-z2-7]{36}$/.test(text) ? text : randomId();
}
