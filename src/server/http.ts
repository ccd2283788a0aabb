/** What the server answers to plain HTTP: that it is well, what it is, and why a request came to no test. */
import type { IncomingMessage } from 'node:http';
import { bounds } from '../defaults/index.js';
import type { ErrorCode } from '../errors.js';
import { offeredVersions, PROTOCOL_HEADER, SUBPROTOCOL } from '../protocol/version.js';
import type { Answer, Requested, RequestFlaw } from '../transport/door/http.js';
import { ERROR_HEADER } from '../transport/ws/errors.js';

/** Says to whom a client speaks, also where a proxy drops the sub-protocol. */
export const ownHeaders = { [PROTOCOL_HEADER]: SUBPROTOCOL };

/** For load balancers. */
const health: Answer = { status: 200, headers: { 'Cache-Control': 'no-store' }, text: 'wperf is well\n' };

export function answerHealth({ request, path }: Requested): Answer | undefined {
  return reads(request) && path === '/health' ? health : undefined;
}

/** GET or HEAD. */
export function reads({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

export const wantsTls = refusal(400, 'tls-failure', 'this port speaks TLS');
export const wrongPath = refusal(404, 'request-refused', 'nothing is served at this path');

/** To what cannot be taken for a request. */
export function unreadable(flaw: RequestFlaw): Answer {
  const [status, text] = flaws[flaw];
  return refusal(status, 'request-refused', text);
}

const flaws: Readonly<Record<RequestFlaw, readonly [status: number, text: string]>> = {
  syntax: [400, 'this is no request of HTTP (a PROXY header is read from whom --trust-proxy names)'],
  host: [400, 'this request has no header Host'],
  length: [431, `headers of at most ${bounds.headerBytes} bytes are read`],
};

/** To a request for a WebSocket that is none as RFC 6455 has it; `why` says what is wrong with it. */
export function unsound({ method }: IncomingMessage, why: string): Answer {
  const text = `this is no sound request for a WebSocket (a proxy on the way may have altered it): ${why}`;
  const answer = refusal(method === 'GET' ? 400 : 405, 'request-refused', text);
  return { ...answer, headers: { ...answer.headers, Allow: 'GET', 'Sec-WebSocket-Version': '13' } };
}

const noProxy = refusal(405, 'request-refused', 'this is a wperf server, and no proxy');

const noUpgrade =
  'a proxy on the way did not pass the WebSocket upgrade on: it must speak HTTP/1.1 to the server, and pass on the headers Upgrade and Connection (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";)';
const noSubprotocol =
  'a proxy on the way did not pass the sub-protocol on: it must leave the header Sec-WebSocket-Protocol as it is';

/** To a request that asks for no upgrade, or whose wish for one was lost on the way. */
export function withoutUpgrade({ method, headers }: IncomingMessage): Answer {
  if (method === 'CONNECT') return { ...noProxy, headers: { ...noProxy.headers, Allow: 'GET, HEAD' } };
  const isWebSocket = Object.keys(headers).some((name) => name.startsWith('sec-websocket-'));
  const answer =
    isWebSocket || isOwnClient(headers)
      ? refusal(426, 'proxy-failure', noUpgrade)
      : refusal(426, 'request-refused', `This is a wperf server. Measure with: wperf -c ${headers.host ?? 'HOST'}`);
  return { ...answer, headers: { ...answer.headers, Upgrade: 'websocket' } };
}

/** To a request that names no sub-protocol of this server's. */
export function withoutSubprotocol({ headers }: IncomingMessage): Answer {
  const named = headers['sec-websocket-protocol'];
  if (!named && isOwnClient(headers)) return refusal(400, 'proxy-failure', noSubprotocol);
  const offered = offeredVersions(named ?? '').map((version) => `wperf.v${version}`);
  const theirs = offered.length > 0 ? offered.join(', ') : 'no wperf sub-protocol';
  return refusal(400, 'version-mismatch', `the server speaks ${SUBPROTOCOL}, the client ${theirs}`);
}

/** Of this program: it always offers a sub-protocol of its own. */
export function isOwnClient({ 'user-agent': agent = '' }: IncomingMessage['headers']): boolean {
  return agent.startsWith('wperf/');
}

export function refusal(status: number, code: ErrorCode, text: string): Answer {
  return { status, headers: { ...ownHeaders, [ERROR_HEADER]: code }, text: `${text}\n` };
}
