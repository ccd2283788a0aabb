/** The bytes by which the two ends of an iperf3 test move it on, and the numbers of what went wrong. */
import { getSystemErrorMap } from 'node:util';
import { type ErrorCode, WperfError } from '../../../errors.js';

export const states = {
  testStart: 1,
  testRunning: 2,
  testEnd: 4,
  paramExchange: 9,
  createStreams: 10,
  serverTerminate: 11,
  clientTerminate: 12,
  exchangeResults: 13,
  displayResults: 14,
  iperfStart: 15,
  iperfDone: 16,
  accessDenied: 0xff,
  serverError: 0xfe,
} as const;

export type State = (typeof states)[keyof typeof states];

const byNumber = new Map<number, keyof typeof states>(
  Object.entries(states).map(([name, number]) => [number, name as keyof typeof states]),
);

/** Undefined of a byte that is none. */
export function stateName(state: number): keyof typeof states | undefined {
  return byNumber.get(state);
}

/** As a server tells them behind `serverError`, by what they are about. */
export const errorNumbers = {
  badTime: 5,
  badStreams: 6,
  badBlock: 7,
  badWindow: 8,
  badMss: 10,
  badOmit: 12,
  badBurst: 15,
  badUdpBlock: 20,
  badTos: 21,
  tooMuchRate: 27,
  tooLong: 37,
  controlClosed: 109,
  badMessage: 110,
  badParams: 114,
  badResults: 117,
  clientTerminated: 119,
  serverTerminated: 120,
  busy: 121,
  unsetMss: 123,
  unsetWindow: 124,
  unsetTos: 125,
  noProtocol: 131,
  unsetCongestion: 134,
  smallWindow: 141,
  notAuthorized: 142,
  noMessage: 144,
  badFragment: 145,
  overTime: 160,
  streamAccept: 204,
  streamWrite: 205,
  streamRead: 206,
  streamClose: 207,
  unknownStream: 208,
} as const;

interface Meaning {
  readonly code: ErrorCode;
  /** Behind the server's name. */
  readonly text: string;
  readonly hint: string | undefined;
}

const { tooMuchRate, tooLong, notAuthorized } = errorNumbers;
const shorter = 'give less to -t/--time and -O/--omit';
const smallerWindow = 'give less to -w/--window';
const streamHint = 'a firewall on the way may pass its first connection only';

const meanings: Readonly<Record<number, Meaning>> = {
  [errorNumbers.badTime]: refused('takes no test of this length', shorter),
  [errorNumbers.badStreams]: refused('takes no test of so many streams', 'give less to -P/--parallel'),
  [errorNumbers.badBlock]: refused('takes no blocks of this size', 'give another size to -l/--length'),
  [errorNumbers.badWindow]: refused('sets no window of this size', 'give less to -w/--window'),
  [errorNumbers.badMss]: refused('sets no segment size such as this', 'give less to -M/--set-mss'),
  [errorNumbers.badOmit]: refused('leaves out no beginning of this length', 'give less to -O/--omit'),
  [errorNumbers.badUdpBlock]: refused('takes no packets of this size', 'give another size to -l/--length'),
  [errorNumbers.badTos]: refused('sets no type of service such as this', 'give another to -S/--tos'),
  [tooMuchRate]: refused('allows less than the rate asked for', 'give less to -b/--bitrate, or to -P/--parallel'),
  [tooLong]: refused('allows shorter tests only', shorter),
  [errorNumbers.controlClosed]: failed('peer-lost', 'lost the connection on which the ends talk'),
  [errorNumbers.badMessage]: failed('protocol-violation', 'was told what it does not know'),
  [errorNumbers.badParams]: failed('protocol-violation', 'could not read what was asked for'),
  [errorNumbers.badResults]: failed('protocol-violation', 'could not read the results'),
  [errorNumbers.clientTerminated]: failed('interrupted', 'has ended the test, as asked'),
  [errorNumbers.serverTerminated]: failed('peer-terminated', 'was stopped before the end of the test'),
  [errorNumbers.busy]: failed('server-full', 'is busy with another test', 'wait for it with --retry SECONDS'),
  [errorNumbers.unsetMss]: refused('cannot set this segment size', 'give less to -M/--set-mss, or leave it away'),
  [errorNumbers.unsetWindow]: refused('cannot set a window of this size', smallerWindow),
  [errorNumbers.unsetTos]: refused('cannot set this type of service', 'leave -S/--tos or --dscp away'),
  [errorNumbers.noProtocol]: refused('does not carry load by this protocol', 'measure with -u/--udp, or without'),
  [errorNumbers.unsetCongestion]: refused('has no such congestion control', 'give another to -C/--congestion'),
  [errorNumbers.smallWindow]: refused('is given a smaller window by its kernel', smallerWindow),
  [notAuthorized]: failed(
    'login-refused',
    'refused the login',
    'give --username and --rsa-public-key-path of a user it knows',
  ),
  [errorNumbers.noMessage]: failed('no-load', 'gave up: no load reached it'),
  [errorNumbers.badFragment]: refused('cannot keep packets in one piece', 'leave --dont-fragment away'),
  [errorNumbers.overTime]: failed('peer-terminated', 'gave up: the test took longer than it allows'),
  [errorNumbers.streamAccept]: failed('peer-lost', 'could not take a connection for load', streamHint),
  [errorNumbers.streamWrite]: failed('peer-lost', 'could not write to a connection for load'),
  [errorNumbers.streamRead]: failed('peer-lost', 'could not read from a connection for load'),
  [errorNumbers.streamClose]: failed('peer-lost', 'could not close a connection for load'),
  [errorNumbers.unknownStream]: failed('protocol-violation', 'was told of a stream that it does not know'),
};

/** What a server's error means to who asked it for a test. `errno` is what its system said, 0 or undefined for nothing. */
export function serverError(number: number, errno: number | undefined, peer: string): WperfError {
  const known = Object.hasOwn(meanings, number) ? meanings[number] : undefined;
  const { code, text, hint } = known ?? failed('peer-terminated', 'ended the test');
  const message = `${peer} ${text} (iperf3 error ${number}${systemWords(errno)})`;
  return new WperfError(code, message, { operation: 'test', peer, hint });
}

/** A connection is taken, and nothing else. */
export function busyError(peer: string): WperfError {
  const hint = 'wait for it with --retry SECONDS';
  return new WperfError('server-full', `${peer} is busy with another test`, { operation: 'handshake', peer, hint });
}

/** What a server finds wrong with what a client asks for, with the number to tell it by. */
export class ParamsRefusal extends WperfError {
  readonly number: number;

  constructor(number: number, text: string) {
    super('request-refused', text, { operation: 'handshake' });
    this.number = number;
  }
}

function refused(text: string, hint: string): Meaning {
  return { code: 'request-refused', text, hint };
}

function failed(code: ErrorCode, text: string, hint?: string): Meaning {
  return { code, text, hint };
}

/** By this system's numbers, which on another may mean something else; most agree on those that occur. */
function systemWords(errno = 0): string {
  const words = errno > 0 ? getSystemErrorMap().get(-errno)?.[1] : undefined;
  return words === undefined ? '' : `: ${words}`;
}
