/** What came in place of a WebSocket, in a user's terms. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type ErrorCode, stripControl, WperfError } from '../../errors.js';
import { offeredVersions, PROTOCOL_HEADER, PROTOCOL_VERSION, SUBPROTOCOL } from '../../protocol/version.js';
import { machineError, type NodeError, systemWordsOf } from '../connect/failure.js';
import { TooLate } from '../connect/step.js';

/** Response header in which a server that refuses an upgrade gives the error's code. */
export const ERROR_HEADER = 'wperf-error';

interface Attempt {
  /** `host:port`, as shown to the user. */
  readonly peer: string;
  readonly secure: boolean;
  readonly proxied: boolean;
}

/** Wherever the upgrade failed without a response. */
export function upgradeError(thrown: unknown, attempt: Attempt): WperfError {
  if (thrown instanceof WperfError) return thrown;
  const { peer, secure, proxied } = attempt;
  const error = thrown as NodeError;
  const machine = machineError(error);
  if (machine) return machine;
  const detail = (hint?: string) => ({ operation: 'connect', peer, cause: error, ...(hint !== undefined && { hint }) });
  if (error instanceof TooLate) {
    const hint = 'check the address and firewalls, or raise --connect-timeout';
    return new WperfError('timeout', `${peer} did not answer within ${error.milliseconds} ms`, detail(hint));
  }
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    const via = proxied ? ' through the proxy' : '';
    const hint = secure
      ? 'does it speak WebSocket on this port, and is this its path?'
      : 'is it a wperf server? if it speaks TLS use wss://';
    return new WperfError('not-wperf', `${peer} closed the connection${via} without an answer`, detail(hint));
  }
  if (isOfIperf3(error)) return iperf3Error(peer);
  return new WperfError('not-wperf', `${peer} does not answer as a wperf server: ${systemWordsOf(error)}`, detail());
}

/**
 * What iperf3 makes of a request: it takes the first 37 bytes for a client's cookie and asks for its parameters with one
 * byte, a 9, or refuses it with 255 while another is served.
 */
function isOfIperf3({ rawPacket }: NodeError & { readonly rawPacket?: Uint8Array }): boolean {
  return rawPacket?.[0] === 9 || (rawPacket?.length === 1 && rawPacket[0] === 0xff);
}

function iperf3Error(peer: string): WperfError {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(peer) ?? [];
  const hint = `use wperf -c ${host} --iperf3 -p ${port}`;
  return new WperfError('not-wperf', `${peer} is a server of iperf3`, { operation: 'connect', peer, hint });
}

/** The server accepted the WebSocket, but with another sub-protocol than those offered, or with none. */
export function wrongSubprotocol(peer: string): WperfError {
  const hint = 'it may be another WebSocket server, or the original wperf';
  const text = `${peer} speaks WebSocket, but not ${SUBPROTOCOL}`;
  return new WperfError('not-wperf', text, { operation: 'connect', peer, hint });
}

/** A wperf server of our version answered without its sub-protocol: somebody on the way took the header out. */
export function isStripped(headers: IncomingHttpHeaders): boolean {
  return versionOf(headers) === PROTOCOL_VERSION;
}

export function strippedError(peer: string): WperfError {
  const text = `a proxy on the way to ${peer} did not pass Sec-WebSocket-Protocol on`;
  const hint = 'have it pass this header on in both directions, or connect past it';
  return new WperfError('proxy-failure', text, { operation: 'connect', peer, hint });
}

/** An HTTP response in place of the upgrade. `body` is what was read of it. */
export function responseError(response: IncomingMessage, body: string, { peer }: Attempt): WperfError {
  const { statusCode, headers } = response;
  const detail = (hint?: string) => ({ operation: 'connect', peer, ...(hint !== undefined && { hint }) });
  const code = headers[ERROR_HEADER];
  const theirs = versionOf(headers);
  if (theirs !== undefined && statusCode === 426) {
    const text = `a proxy on the way to ${peer} did not pass the WebSocket upgrade on`;
    return new WperfError('proxy-failure', text, detail(upgradeHint));
  }
  const isLost = code === 'proxy-failure' || code === 'version-mismatch';
  if (theirs === PROTOCOL_VERSION && isLost) return strippedError(peer);
  if (typeof code === 'string' && refusals.has(code)) {
    const [line] = stripControl(body.slice(0, 300)).split('\n');
    return new WperfError(code as ErrorCode, `${peer}: ${line}`, detail(refusals.get(code)));
  }
  if (theirs !== undefined && theirs !== PROTOCOL_VERSION) {
    const text = `${peer} speaks wperf.v${theirs}, this client ${SUBPROTOCOL}`;
    return new WperfError('version-mismatch', text, detail('install the same version of wperf at both ends'));
  }
  const status = `HTTP ${statusCode} ${stripControl(response.statusMessage ?? '')}`.trim();
  const text = `${peer} answered ${status}, not as a wperf server`;
  return new WperfError('not-wperf', text, detail('check the address, port and path'));
}

const upgradeHint =
  'in nginx set proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade and proxy_set_header Connection "upgrade"';

/** What a wperf server says that it speaks. */
function versionOf({ [PROTOCOL_HEADER]: speaks }: IncomingHttpHeaders): number | undefined {
  return typeof speaks === 'string' ? offeredVersions(speaks)[0] : undefined;
}

/** Codes a server may give in its response, with what the user can do. */
const refusals = new Map<string, string | undefined>([
  ['server-full', 'try again later'],
  ['version-mismatch', 'install the same version of wperf at both ends'],
  ['request-refused', undefined],
  ['tls-failure', 'use wss:// and the name in its certificate'],
]);
