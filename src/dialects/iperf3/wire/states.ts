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

/** Undefined of a byte that is none. */
export function stateName(state: number): keyof typeof states | undefined {
  return (Object.keys(states) as (keyof typeof states)[]).find((name) => states[name] === state);
}

interface Meaning {
  /** As a server tells it behind `serverError`. */
  readonly number: number;
  readonly code: ErrorCode;
  /** Behind the server's name. */
  readonly text: string;
  readonly hint: string | undefined;
}

const shorter = 'give less to -t/--time and -O/--omit';
const smallerWindow = 'give less to -w/--window';
const streamHint = 'a firewall on the way may pass its first connection only, or no UDP';

/** What went wrong, by what it is about. */
const meanings = {
  badTime: refused(5, 'takes no test of this length', shorter),
  badStreams: refused(6, 'takes no test of so many streams', 'give less to -P/--parallel'),
  badBlock: refused(7, 'takes no blocks of this size', 'give another size to -l/--length'),
  badWindow: refused(8, 'sets no window of this size', 'give less to -w/--window'),
  badMss: refused(10, 'sets no segment size such as this', 'give less to -M/--set-mss'),
  badOmit: refused(12, 'leaves out no beginning of this length', 'give less to -O/--omit'),
  badBurst: failed(15, 'peer-terminated', 'ended the test'),
  badUdpBlock: refused(20, 'takes no packets of this size', 'give another size to -l/--length'),
  badTos: refused(21, 'sets no type of service such as this', 'give another to -S/--tos'),
  tooMuchRate: refused(27, 'allows less than the rate asked for', 'give less to -b/--bitrate, or to -P/--parallel'),
  tooLong: refused(
    37,
    'allows shorter tests only',
    'give less to -t/--time, -O/--omit and -n/--bytes, and -t/--time where it is left out',
  ),
  controlClosed: failed(109, 'peer-lost', 'lost the connection on which the ends talk'),
  badMessage: failed(110, 'protocol-violation', 'was told what it does not know'),
  badParams: failed(114, 'protocol-violation', 'could not read what was asked for'),
  badResults: failed(117, 'protocol-violation', 'could not read the results'),
  clientTerminated: failed(119, 'interrupted', 'has ended the test, as asked'),
  serverTerminated: failed(120, 'peer-terminated', 'was stopped before the end of the test'),
  busy: failed(121, 'server-full', 'is busy with another test', 'wait for it with --retry SECONDS'),
  unsetMss: refused(123, 'cannot set this segment size', 'give less to -M/--set-mss, or leave it away'),
  unsetWindow: refused(124, 'cannot set a window of this size', smallerWindow),
  unsetTos: refused(125, 'cannot set this type of service', 'leave -S/--tos or --dscp away'),
  noProtocol: refused(131, 'does not carry load by this protocol', 'measure with -u/--udp, or without'),
  unsetCongestion: refused(134, 'has no such congestion control', 'give another to -C/--congestion'),
  smallWindow: refused(141, 'is given a smaller window by its kernel', smallerWindow),
  notAuthorized: failed(
    142,
    'login-refused',
    'refused the login',
    'give --username and --rsa-public-key-path of a user it knows',
  ),
  noMessage: failed(144, 'no-load', 'gave up: no load reached it'),
  badFragment: refused(145, 'cannot keep packets in one piece', 'leave --dont-fragment away'),
  overTime: failed(160, 'peer-terminated', 'gave up: the test took longer than it allows'),
  streamAccept: failed(204, 'peer-lost', 'could not take a connection for load', streamHint),
  streamWrite: failed(205, 'peer-lost', 'could not write to a connection for load'),
  streamRead: failed(206, 'peer-lost', 'could not read from a connection for load'),
  streamClose: failed(207, 'peer-lost', 'could not close a connection for load'),
  unknownStream: failed(208, 'protocol-violation', 'was told of a stream that it does not know'),
};

export const errorNumbers = Object.fromEntries(
  Object.entries(meanings).map(([name, { number }]) => [name, number]),
) as Readonly<Record<keyof typeof meanings, number>>;

/** What a server's error means to who asked it for a test. `errno` is what its system said, 0 or undefined for nothing. */
export function serverError(number: number, errno: number | undefined, peer: string): WperfError {
  const known = Object.values(meanings).find((meaning) => meaning.number === number);
  const { code, text, hint } = known ?? failed(number, 'peer-terminated', 'ended the test');
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

function refused(number: number, text: string, hint: string): Meaning {
  return { number, code: 'request-refused', text, hint };
}

function failed(number: number, code: ErrorCode, text: string, hint?: string): Meaning {
  return { number, code, text, hint };
}

/** By this system's numbers, which on another may mean something else; most agree on those that occur. */
function systemWords(errno = 0): string {
  const words = errno > 0 ? getSystemErrorMap().get(-errno)?.[1] : undefined;
  return words === undefined ? '' : `: ${words}`;
}
