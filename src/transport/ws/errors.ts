/** What came in place of a WebSocket, in a user's terms. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type ErrorCode, stripControl, WperfError } from '../../errors.js';
import { strippedError } from '../../protocol/stripped.js';
import { offeredVersions, PROTOCOL_HEADER, PROTOCOL_VERSION, SUBPROTOCOL } from '../../protocol/version.js';
import { isOfHandshake, machineError, type NodeError, systemWordsOf, tlsError } from '../connect/failure.js';
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
  if (secure && isOfHandshake(error)) return tlsError(error, { role: 'server', name: peer });
  const via = proxied ? ' through the proxy' : '';
  const detail = (hint?: string) => ({ operation: 'connect', peer, hint, cause: error });
  if (error instanceof TooLate) {
    const hint = `check ${proxied ? 'the proxy, ' : ''}the address and firewalls, or raise --connect-timeout`;
    return new WperfError('timeout', `${peer} did not answer${via} within ${error.milliseconds} ms`, detail(hint));
  }
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    const hint = secure
      ? 'does it speak WebSocket on this port and path, and to clients without a certificate?'
      : 'is it a wperf server? if it speaks TLS use wss://';
    return new WperfError('not-wperf', `${peer} closed the connection${via} without an answer`, detail(hint));
  }
  if (isOfIperf3(error)) return iperf3Error(peer);
  if (isOfTls(error)) return new WperfError('not-wperf', `${peer} speaks TLS`, detail('use wss://'));
  return new WperfError(
    'not-wperf',
    `${peer} does not answer${via} as a wperf server: ${systemWordsOf(error)}`,
    detail(),
  );
}

/** What came, where it was no response of HTTP. */
type Unread = NodeError & { readonly rawPacket?: Uint8Array };

/**
 * What iperf3 makes of a request: it takes the first 37 bytes for a client's cookie and asks for its parameters with one
 * byte, a 9, or refuses it with 255 while another is served.
 */
function isOfIperf3({ rawPacket }: Unread): boolean {
  return rawPacket?.[0] === 9 || (rawPacket?.length === 1 && rawPacket[0] === 0xff);
}

/** An alert (RFC 8446, section 5.1): a request in the clear is no record of TLS. */
function isOfTls({ rawPacket }: Unread): boolean {
  return rawPacket?.[0] === 0x15 && rawPacket[1] === 3;
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

/** An HTTP response in place of the upgrade. `body` is what was read of it. */
export function responseError(response: IncomingMessage, body: string, attempt: Attempt): WperfError {
  const { peer } = attempt;
  const { statusCode, headers } = response;
  const detail = (hint?: string) => ({ operation: 'connect', peer, hint });
  const code = headers[ERROR_HEADER];
  const theirs = versionOf(headers);
  // On its way there the request lost what asks for the upgrade (426), or on its way back the answer what grants it (101).
  if (theirs !== undefined && (statusCode === 426 || statusCode === 101)) {
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
  if (gatewayStatuses.has(statusCode)) {
    const text = `${peer} answered ${status}: it is a proxy that does not reach the server behind it`;
    return new WperfError('proxy-failure', text, detail('does "wperf -s" run there, where this proxy looks for it?'));
  }
  const text = `${peer} answered ${status}, not as a wperf server`;
  return new WperfError('not-wperf', text, detail(answerHint(response, attempt)));
}

/** By which a gateway says that the server behind it fails (RFC 9110, section 15.6). */
const gatewayStatuses: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

/** By what a web server or a proxy means with its status (RFC 9110, section 15). */
function answerHint({ statusCode = 0, headers }: IncomingMessage, { secure }: Attempt): string {
  const { location } = headers;
  if (statusCode >= 300 && statusCode < 400 && location) return redirectHint(location);
  if (statusCode === 400 && !secure) return 'if it speaks TLS use wss://, otherwise check the port';
  if (statusCode === 401) return "it wants a login: give it with -H 'Authorization: ...'";
  if (statusCode === 403) return 'its rules forbid it';
  if (statusCode === 426) return `a proxy on the way may not pass the WebSocket upgrade on: ${upgradeHint}`;
  if (statusCode === 429) return 'try again later';
  if (statusCode === 431) return 'send fewer or shorter headers (-H)';
  return 'check the address, port and path';
}

/** As the URL that `-c` takes, where it is one that a shell takes as it stands. */
function redirectHint(location: string): string {
  const to = stripControl(location).slice(0, 200).replace(/^http/i, 'ws');
  const isUrl = /^wss?:\/\/[\w.:/[\]%~+-]+$/i.test(to) && URL.canParse(to);
  return isUrl ? `it leads elsewhere: wperf -c ${to}` : `it leads elsewhere: ${to}`;
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
