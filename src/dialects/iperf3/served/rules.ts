/** What a server says no to, with iperf3's number for it. Pure. */
import { constants } from 'node:os';
import { iperf3Service, limits } from '../../../defaults/index.js';
import { toWperfError, WperfError } from '../../../errors.js';
import type { ServerPlan } from '../../../plan/plan.js';
import { rateText } from '../../../units.js';
import { checkLogin, type LoginRules } from '../wire/auth.js';
import type { Params } from '../wire/params.js';
import { errorNumbers, ParamsRefusal } from '../wire/states.js';

/** An error that a client is told by a number. */
export class Refusal extends WperfError {
  /** Undefined is told as that of a server which is busy: by one byte. */
  readonly number: number | undefined;

  /** Of this end's system; 0 is none. */
  readonly errno: number;

  constructor(number: number | undefined, error: WperfError, errno = 0) {
    const { code, message, operation = 'handshake', hint, peer } = error;
    super(code, message, { operation, hint, peer });
    this.number = number;
    this.errno = errno;
  }
}

export function refusal(number: number, code: WperfError['code'], text: string, hint?: string): Refusal {
  return new Refusal(number, new WperfError(code, text, { hint }));
}

/** As a client is told that waits for its turn. */
export function busy(error: WperfError): Refusal {
  return new Refusal(undefined, error);
}

/** `text` says what the path of this stream, counted from 0, takes. */
export function tooLong(at: number, text: string): Refusal {
  const error = new WperfError('peer-lost', `stream ${at + 1}: ${text}`, { operation: 'test' });
  return new Refusal(errorNumbers.streamWrite, error, constants.errno.EMSGSIZE);
}

/** The number for whatever went wrong; `unread` is that of what was to be read. */
export function numberOf(thrown: unknown, unread: number): number | undefined {
  if (thrown instanceof Refusal || thrown instanceof ParamsRefusal) return thrown.number;
  const { code } = toWperfError(thrown);
  if (code === 'protocol-violation' || code === 'timeout') return unread;
  if (code === 'server-full') return undefined;
  // Of a test that runs nothing else is refused.
  if (code === 'request-refused') return errorNumbers.tooMuchRate;
  return code === 'no-load' ? errorNumbers.noMessage : errorNumbers.controlClosed;
}

/** Of those whom no token could let in. Undefined where they may ask. */
export function refusalOfAll({ token, iperf3 = {} }: Pick<ServerPlan, 'token' | 'iperf3'>): Refusal | undefined {
  if (token === undefined || iperf3.login || iperf3.open) return undefined;
  const text = 'this server asks for a token, which iperf3 knows nothing of';
  const hint = 'let clients of iperf3 log in with --iperf3-users, or in without with --iperf3-open';
  return refusal(errorNumbers.notAuthorized, 'token-required', text, hint);
}

type Login = Pick<LoginRules, 'key' | 'users'>;

/** Throws a Refusal. */
export function checkUser({ authToken }: Params, login: Login | undefined, nowSeconds: number): void {
  if (!login || (authToken !== undefined && checkLogin(authToken, { ...login, nowSeconds }) !== undefined)) return;
  const text = authToken === undefined ? 'it does not log in' : 'its name, password or clock is wrong';
  throw refusal(errorNumbers.notAuthorized, 'token-rejected', text);
}

/** Throws a Refusal for what is more than this server lets its clients have, or than it can do. */
export function checkLimits(params: Params, plan: Pick<ServerPlan, 'seconds' | 'bytes' | 'rate' | 'allowProto'>): void {
  const { protocol, seconds, omitSeconds } = params;
  const refuseIf = (isBeyond: boolean, number: number, text: string) => {
    if (isBeyond) throw refusal(number, 'request-refused', text);
  };
  refuseIf(protocol === 'sctp', NO_SCTP, 'it asks for SCTP, which wperf does not speak');
  const isAllowed = plan.allowProto?.includes(protocol) ?? true;
  refuseIf(!isAllowed, errorNumbers.noProtocol, `load by ${protocol} is not allowed here (--allow-proto)`);
  const isLong = plan.seconds !== undefined && (seconds === 0 || seconds + omitSeconds > plan.seconds);
  refuseIf(isLong, errorNumbers.tooLong, `tests may take ${plan.seconds} s here, omitted ones among them`);
  const isLarge = (bytesOf(params) ?? 0) > (plan.bytes ?? Number.POSITIVE_INFINITY);
  refuseIf(isLarge, errorNumbers.tooLong, `tests may have ${plan.bytes} bytes here`);
  const [rate, most] = [rateOf(params), plan.rate?.bitsPerSecond ?? limits.bitsPerSecond.max];
  const text = `it asks for ${rateText(rate)}bit/s, and tests may have ${rateText(most)}bit/s here, all streams together`;
  refuseIf(rate > most, errorNumbers.tooMuchRate, text);
}

/** Of all streams, as far as they are paced. */
function rateOf({ bitsPerSecond = 0, fqRate = 0, parallel, bidir }: Params): number {
  return Math.max(bitsPerSecond, fqRate) * parallel * (bidir ? 2 : 1);
}

/** IENOSCTP and IEPROTOCOL. */
const NO_SCTP = 18;

/** That end a test by bytes or blocks. */
export function bytesOf({ bytes, blocks, ...params }: Params): number | undefined {
  return bytes ?? (blocks && blocks * blockBytesOf(params));
}

export function blockBytesOf({ blockBytes, protocol }: Pick<Params, 'blockBytes' | 'protocol'>): number {
  const usual = iperf3Service.defaults;
  return blockBytes ?? (protocol === 'udp' ? usual.packetBytes : usual.blockBytes);
}
