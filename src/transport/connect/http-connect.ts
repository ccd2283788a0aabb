/** Asks an HTTP proxy for a connection: CONNECT (RFC 9110, section 9.3.6). */
import type { Socket } from 'node:net';
import { bounds } from '../../defaults/index.js';
import { endpointText } from '../../net/endpoint.js';
import { software } from '../../package.js';
import { type Credentials, type Destination, loginHint, ProxyRefusal } from './proxy.js';
import { type ResponseHead, readResponseHead } from './response-head.js';

/** Rejects with ProxyRefusal, or as the socket fails. Any 2xx is success. */
export async function askHttpConnect(
  socket: Socket,
  asked: Destination,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = endpointText(asked);
  socket.write(requestFor(authority, credentials));
  const head = await finalAnswer(socket, signal);
  if (head.status >= 200 && head.status <= 299) return socket;
  throw new ProxyRefusal(`HTTP ${head.status} ${head.reason}`.trim(), hintOf(head, asked, credentials));
}

function requestFor(authority: string, credentials: Credentials | undefined): string {
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    `User-Agent: ${software.replace(' ', '/')}`,
    ...(credentials ? [`Proxy-Authorization: ${basic(credentials)}`] : []),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The first is what a proxy has to say; some say the other, which is a server's, to what they do not know. */
const wantsLogin: ReadonlySet<number> = new Set([407, 401]);

/** Any number of interim answers may come before it (RFC 9110, section 15.2); the signal bounds those that come slowly. */
async function finalAnswer(socket: Socket, signal: AbortSignal): Promise<ResponseHead> {
  for (let interim = 0; interim <= bounds.interimAnswers; interim++) {
    const head = await readResponseHead(socket, signal);
    if (!isInterim(head)) return head;
  }
  throw new ProxyRefusal('it sends interim answers (HTTP 1xx) without end', 'is it an HTTP proxy that allows CONNECT?');
}

/** A change of protocol is an answer, and none to CONNECT. */
function isInterim({ status }: ResponseHead): boolean {
  return status >= 100 && status <= 199 && status !== 101;
}

function hintOf(
  { status, challenges }: ResponseHead,
  asked: Destination,
  credentials: Credentials | undefined,
): string {
  const takesBasic = challenges.length === 0 || challenges.some((each) => /\bbasic\b/i.test(each));
  if (wantsLogin.has(status)) return takesBasic ? loginHint(credentials) : otherLoginHint(challenges);
  if (status === 403) return 'its rules forbid it; many allow port 443 alone';
  if (status >= 500)
    return `it may not reach the server: check ${endpointText(asked)}, and that "${asked.service}" runs there`;
  return 'is it an HTTP proxy that allows CONNECT?';
}

function otherLoginHint(challenges: readonly string[]): string {
  const kinds = challenges.slice(0, 4).map((each) => each.slice(0, 20).replace(/[\s,].*/, ''));
  return `it wants a login by ${kinds.join(' or ')}, and wperf knows Basic alone: go through a proxy here that logs in there`;
}
