/**
 * Opens a test at an iperf3 server: the connection on which the ends talk, what is asked for, the connections for load
 * one after another, since a server has nothing but their order, and the word that the test runs. Liveness: each step is
 * bounded by `iperf3` of the defaults.
 */
import type { KeyObject } from 'node:crypto';
import type { Socket } from 'node:net';
import { iperf3 } from '../../../defaults/index.js';
import { type ErrorCode, refusedHere, systemCodeOf, toWperfError, WperfError } from '../../../errors.js';
import { given } from '../../../given.js';
import { type Cancel, type Clock, pause } from '../../../host/clock.js';
import type { LoadLink } from '../../../transport/channel.js';
import { makeToken, type Padding, readPublicKey } from '../wire/auth.js';
import { COOKIE_BYTES, cookieText, makeCookie } from '../wire/cookie.js';
import { FrameReader, jsonFrame } from '../wire/framing.js';
import { type Params, writeParams } from '../wire/params.js';
import { busyError, errorNumbers, serverError, stateName, states } from '../wire/states.js';
import type { Connections, Datagrams } from './connections.js';
import { EarlyPackets } from './early.js';

interface OpeningOptions {
  readonly connections: Connections;
  readonly clock: Clock;
  /** For errors, `host:port`. */
  readonly peer: string;
  readonly params: Params;
  /** Connections for load, in both directions together. */
  readonly links: number;
  readonly login?: { readonly username: string; readonly password: string; readonly publicKey: string } | undefined;
}

/** A test that runs. */
export interface Opened {
  readonly cookie: string;
  readonly control: Socket;
  readonly reader: FrameReader;
  readonly links: readonly LoadLink[];
  /** Packets that have come by some of them already. */
  readonly early: ReadonlyMap<LoadLink, EarlyPackets>;
}

/** Logs in with the newer padding, and where that is refused with the older. Rejects with a WperfError. */
export async function openTest(options: OpeningOptions): Promise<Opened> {
  const { login } = options;
  if (!login) return new Opening(options).run();
  const key = readPublicKey(login.publicKey);
  try {
    return await new Opening(options, tokenOf(login, key, 'oaep')).run();
  } catch (error) {
    if (toWperfError(error).code !== 'login-refused') throw error;
    return onceReopened(() => new Opening(options, tokenOf(login, key, 'pkcs1')).run(), options.clock);
  }
}

/** A server opens its port anew after each client, and is not there for a moment. */
async function onceReopened(open: () => Promise<Opened>, clock: Clock): Promise<Opened> {
  const until = clock.now() + iperf3.reopenSeconds;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (toWperfError(error).code !== 'connection-refused' || clock.now() >= until) throw error;
    }
    await pause(clock, iperf3.reopenLookSeconds);
  }
}

function tokenOf(login: NonNullable<OpeningOptions['login']>, key: KeyObject, padding: Padding): string {
  return makeToken({ ...login, unixSeconds: Date.now() / 1000 }, key, padding);
}

/** What it means that a server closes the connection without a word. */
interface Closing {
  readonly code: ErrorCode;
  readonly when: string;
  readonly hint: string;
}

class Opening {
  readonly #options: OpeningOptions;
  readonly #token: string | undefined;
  readonly #cookie = makeCookie();
  readonly #early = new Map<LoadLink, EarlyPackets>();

  constructor(options: OpeningOptions, token?: string) {
    this.#options = options;
    this.#token = token;
  }

  async run(): Promise<Opened> {
    const { connections, clock, peer, params } = this.#options;
    const control = await connections.openTcp('beside');
    try {
      const reader = new FrameReader(control, { clock, peer });
      control.write(this.#cookie);
      await this.#expectParams(reader);
      control.write(jsonFrame(writeParams({ ...params, ...given({ authToken: this.#token }) })));
      await this.#expectStreams(reader);
      const links = await this.#openLinks(reader);
      await this.#expectRunning(reader);
      return { cookie: cookieText(this.#cookie), control, reader, links, early: this.#early };
    } catch (error) {
      control.destroy();
      throw error;
    }
  }

  async #expectParams(reader: FrameReader): Promise<void> {
    const { peer } = this.#options;
    const detail = { operation: 'handshake', peer, hint: noServerHint };
    const state = await reader.readState(iperf3.stepSeconds, 'an answer').catch((error: WperfError) => {
      if (error.code !== 'peer-lost') throw error;
      throw new WperfError('not-wperf', `${peer} closed the connection without an answer`, { ...detail, cause: error });
    });
    if (state === states.paramExchange) return;
    if (stateName(state) !== undefined) throw await refusalOf(state, reader, peer, 'paramExchange');
    throw new WperfError('not-wperf', `${peer} does not answer as an iperf3 server`, detail);
  }

  /** Servers before 3.21 close the connection for most of what they refuse. */
  async #expectStreams(reader: FrameReader): Promise<void> {
    const hasLogin = this.#token !== undefined;
    const hint = hasLogin
      ? 'name or password may be wrong, or the clocks of the two ends too far apart'
      : 'it may want a login (--username), a shorter test or a lower rate: it does not say which';
    await this.#expect(reader, 'createStreams', 'an answer to what was asked for', {
      code: hasLogin ? 'login-refused' : 'request-refused',
      when: `when it was told ${hasLogin ? 'the login' : 'what to do'}`,
      hint,
    });
  }

  /** A limit of its own is told by closing too. */
  async #expectRunning(reader: FrameReader): Promise<void> {
    const hint = 'it may allow a lower rate only (-b/--bitrate): it does not say';
    const closing: Closing = { code: 'request-refused', when: 'before the test ran', hint };
    await this.#expect(reader, 'testStart', 'its word that the streams are there', closing);
    await this.#expect(reader, 'testRunning', 'its word that the test runs', closing);
  }

  async #expect(reader: FrameReader, name: keyof typeof states, what: string, closing: Closing): Promise<void> {
    const state = await reader.readState(iperf3.stepSeconds, what).catch((error: WperfError) => {
      throw error.code === 'peer-lost' ? this.#closed(closing, error) : error;
    });
    if (state !== states[name]) throw await refusalOf(state, reader, this.#options.peer, name);
  }

  #closed({ code, when, hint }: Closing, cause: WperfError): WperfError {
    const { peer } = this.#options;
    return new WperfError(code, `${peer} closed the connection ${when}`, { operation: 'handshake', peer, hint, cause });
  }

  /** A server that refuses them meanwhile is heard. */
  async #openLinks(reader: FrameReader): Promise<LoadLink[]> {
    const links: LoadLink[] = [];
    for (let place = 1; place <= this.#options.links; place++) {
      const opening = this.#options.params.protocol === 'udp' ? this.#openPackets(place) : this.#openLoad(place);
      links.push(
        await opening.catch(async (error) => {
          throw await this.#reasonOf(error, reader);
        }),
      );
    }
    return links;
  }

  async #openLoad(place: number): Promise<LoadLink> {
    const { connections } = this.#options;
    const socket = await connections.openTcp(place);
    socket.write(this.#cookie.subarray(0, COOKIE_BYTES));
    return connections.loadOver(socket);
  }

  async #openPackets(place: number): Promise<LoadLink> {
    const { connections, clock, peer, params } = this.#options;
    const socket = await connections.openUdp(place, params.blockBytes ?? 0);
    checkLength(socket, params);
    const early = new EarlyPackets(clock);
    await greet(socket, clock, peer, early);
    const link = connections.packetsOver(socket);
    link.packets = early.keep;
    this.#early.set(link, early);
    return link;
  }

  /** What the server says, where that is no word that it goes on. */
  async #reasonOf(thrown: unknown, reader: FrameReader): Promise<WperfError> {
    const error = toWperfError(thrown);
    try {
      const state = await reader.readState(iperf3.reasonSeconds);
      if (state === states.testStart) return error;
      return await refusalOf(state, reader, this.#options.peer, 'testStart');
    } catch {
      return error;
    }
  }
}

/** What a state means where another was due. Never rejects. */
export async function refusalOf(
  state: number,
  reader: FrameReader,
  peer: string,
  due: keyof typeof states | 'nothing',
): Promise<WperfError> {
  if (state === states.accessDenied) return busyError(peer);
  if (state === states.serverTerminate) return serverError(errorNumbers.serverTerminated, 0, peer);
  if (state === states.serverError) return readError(reader, peer);
  const named = stateName(state);
  const text = `${peer} sent ${named === undefined ? `the byte ${state}` : named} where ${due} was due`;
  return new WperfError('protocol-violation', text, { operation: 'handshake', peer });
}

/** Before 3.19 there is no second number. */
async function readError(reader: FrameReader, peer: string): Promise<WperfError> {
  try {
    const number = await reader.readInt32(iperf3.reasonSeconds, 'its error');
    const errno = await reader.readInt32(iperf3.reasonSeconds, 'the reason for its error').catch(() => 0);
    return serverError(number, errno, peer);
  } catch {
    const text = `${peer} ended the test for an error that it does not name`;
    return new WperfError('peer-terminated', text, { operation: 'test', peer });
  }
}

/** What is not to be cut has to fit. Of what a server sends it sees to that itself. Throws a WperfError. */
function checkLength(socket: Datagrams, { dontFragment, reverse, blockBytes = 0 }: Params): void {
  const { pathPayloadBytes: most = blockBytes } = socket;
  if (!dontFragment || reverse || blockBytes <= most) return;
  socket.close();
  const text = `UDP packets of ${blockBytes} bytes are too long for the path, which takes ${most} in one piece`;
  const hint = `give -l/--length ${most} or less, or leave --dont-fragment away`;
  throw new WperfError('unreachable', text, { operation: 'connect', hint });
}

/** Since 3.12, and before: a datagram of either is taken for an answer, whatever order its sender's bytes have. */
const HELLO = Buffer.of(0x39, 0x38, 0x37, 0x36);
const replies = ['36373839', '39383736', 'b168de3a', '3ade68b1'];

/** Makes a stream known to the server, which takes its first datagram for that. Repeats what may have been lost. */
async function greet(socket: Datagrams, clock: Clock, peer: string, early: EarlyPackets): Promise<void> {
  let until = clock.now() + iperf3.datagramSeconds;
  let cancel: Cancel = () => {};
  let refused: Error | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      socket.onDatagram = (datagram, arrivedAt) => {
        if (replies.includes(datagram.toString('hex', 0, 5))) resolve();
        else early.keep(datagram, datagram.length, arrivedAt);
      };
      socket.onError = (error) => {
        refused ??= error;
        if (isOwn(error)) until = Math.min(until, clock.now() + iperf3.ownRefusalSeconds);
      };
      const say = () => {
        if (clock.now() >= until) return reject(silence(peer, refused));
        socket.send(HELLO);
        cancel = clock.at(Math.min(until, clock.now() + iperf3.datagramRetrySeconds), say);
      };
      say();
    });
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    cancel();
    socket.onDatagram = () => {};
    socket.onError = () => {};
  }
}

/** The system of this machine is who refuses. */
const isOwn = (error: Error) => systemCodeOf(error) === 'EPERM';

function silence(peer: string, cause: Error | undefined): WperfError {
  if (cause && isOwn(cause)) return refusedHere(peer, 'measure without -u/--udp', cause);
  const why = cause === undefined ? 'there is no answer to UDP' : `UDP is refused (${cause.message})`;
  const text = `${peer}: ${why}, within ${iperf3.datagramSeconds} s`;
  const hint = 'a firewall may pass TCP only: measure without -u/--udp';
  return new WperfError('unreachable', text, { operation: 'connect', peer, hint, cause });
}

const noServerHint = 'is "iperf3 -s" running there, and on this port?';
