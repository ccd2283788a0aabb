/** What went wrong while connecting, in a user's terms. */
import type { IncomingMessage } from 'node:http';
import { type ErrorCode, stripControl, WperfError } from '../../errors.js';
import { offeredVersions, PROTOCOL_HEADER, SUBPROTOCOL } from '../../protocol/version.js';

/** Response header in which a server that refuses an upgrade gives the error's code. */
export const ERROR_HEADER = 'wperf-error';

const PROXY_HINT = 'check --proxy, its credentials and its rules';

interface Attempt {
  /** `host:port`, as shown to the user. */
  readonly peer: string;
  readonly secure: boolean;
  readonly proxied: boolean;
}

interface SystemError extends Error {
  code?: string;
}

export function connectError(error: SystemError, attempt: Attempt): WperfError {
  const { peer, proxied } = attempt;
  const detail = (hint?: string) => ({ operation: 'connect', peer, cause: error, ...(hint !== undefined && { hint }) });
  const code = error.code ?? '';
  const via = proxied ? ' through the proxy' : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new WperfError(
      'dns-failure',
      `cannot find the address of ${peer}${via}`,
      detail('check the name and the DNS'),
    );
  }
  if (code === 'ECONNREFUSED') {
    const hint = proxied
      ? 'check the proxy and that "wperf -s" runs at the server'
      : 'is "wperf -s" running there, and on this port?';
    return new WperfError('connection-refused', `${peer} refused the connection${via}`, detail(hint));
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EINVAL') {
    return new WperfError(
      'unreachable',
      `cannot connect to ${peer} from this address`,
      detail('check --bind, -4 and -6'),
    );
  }
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EACCES', 'EPERM'].includes(code)) {
    return new WperfError(
      'unreachable',
      `there is no way to ${peer}${via} (${code})`,
      detail('check the network and -4 or -6'),
    );
  }
  if (code === 'ETIMEDOUT') return timeoutError(attempt);
  if (isTls(error))
    return new WperfError('tls-failure', `TLS with ${peer} failed: ${reason(error)}`, detail(tlsHint(error)));
  if (proxied && code !== 'ECONNRESET') {
    return new WperfError(
      'proxy-failure',
      `the proxy did not connect to ${peer}: ${reason(error)}`,
      detail(PROXY_HINT),
    );
  }
  if (/subprotocol/i.test(error.message)) {
    const hint = `it may be another WebSocket server, or the original wperf`;
    return new WperfError('not-wperf', `${peer} speaks WebSocket, but not ${SUBPROTOCOL}`, detail(hint));
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /socket hang up/.test(error.message)) {
    const hint = attempt.secure
      ? 'does it speak TLS on this port? else use ws://'
      : 'is it a wperf server? if it speaks TLS use wss://';
    return new WperfError('not-wperf', `${peer} closed the connection${via} without an answer`, detail(hint));
  }
  return new WperfError('not-wperf', `${peer} does not answer as a wperf server: ${reason(error)}`, detail());
}

/** True when the server accepted the WebSocket but named no sub-protocol, as the original wperf does. */
export function namedNoSubprotocol({ code, cause }: WperfError): boolean {
  return code === 'not-wperf' && cause instanceof Error && cause.message === 'Server sent no subprotocol';
}

export function timeoutError({ peer }: Attempt, milliseconds?: number): WperfError {
  const within = milliseconds === undefined ? '' : ` within ${milliseconds} ms`;
  const hint = 'check the address and firewalls, or raise --connect-timeout';
  return new WperfError('timeout', `${peer} did not answer${within}`, { operation: 'connect', peer, hint });
}

/** An HTTP response in place of the upgrade. `body` is what was read of it. */
export function responseError(response: IncomingMessage, body: string, { peer, proxied }: Attempt): WperfError {
  const status = `HTTP ${response.statusCode} ${stripControl(response.statusMessage ?? '')}`.trim();
  const code = response.headers[ERROR_HEADER];
  const detail = (hint?: string) => ({ operation: 'connect', peer, ...(hint !== undefined && { hint }) });
  if (proxied && response.statusCode === 407) {
    return new WperfError('proxy-failure', `the proxy did not connect to ${peer}: ${status}`, detail(PROXY_HINT));
  }
  const speaks = response.headers[PROTOCOL_HEADER];
  const [theirs] = typeof speaks === 'string' ? offeredVersions(speaks) : [];
  if (typeof code === 'string' && refusals.has(code)) {
    const [line] = stripControl(body.slice(0, 300)).split('\n');
    return new WperfError(code as ErrorCode, `${peer}: ${line}`, detail(refusals.get(code)));
  }
  if (theirs !== undefined && !offeredVersions(SUBPROTOCOL).includes(theirs)) {
    const text = `${peer} speaks wperf.v${theirs}, this client ${SUBPROTOCOL}`;
    return new WperfError('version-mismatch', text, detail('install the same version of wperf at both ends'));
  }
  return new WperfError(
    'not-wperf',
    `${peer} answered ${status}, not as a wperf server`,
    detail('check the address, port and path'),
  );
}

/** Codes a server may give in its response, with what the user can do. */
const refusals = new Map<string, string | undefined>([
  ['server-full', 'try again later'],
  ['version-mismatch', 'install the same version of wperf at both ends'],
  ['request-refused', undefined],
  ['tls-failure', 'use wss:// and the name in its certificate'],
]);

function isTls(error: SystemError): boolean {
  const code = error.code ?? '';
  return (
    /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code) ||
    /before secure TLS connection/.test(error.message)
  );
}

function tlsHint(error: SystemError): string {
  if (/wrong version number|packet length|before secure TLS/i.test(error.message))
    return 'it may not speak TLS on this port: use ws://';
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use the name in its certificate';
  return 'give its authority with --cacert, or --insecure to measure without checking';
}

/** The system's own words on one line, without OpenSSL's source positions. */
function reason(error: SystemError): string {
  const text = error.message || error.code || error.name;
  const openssl = /:SSL routines:[^:]*:([^:]+):/.exec(text)?.[1];
  return stripControl(openssl ?? text).slice(0, 200);
}
