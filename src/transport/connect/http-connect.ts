/** Asks an HTTP proxy for a connection: CONNECT (RFC 9110, section 9.3.6). */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import { software } from '../../package.js';
import { type Credentials, type Destination, ProxyRefusal } from './proxy.js';
import { step } from './step.js';

/** Rejects with ProxyRefusal, or as the socket fails. Any 2xx is success. */
export function askHttpConnect(
  socket: Socket,
  asked: Destination,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${isIPv6(asked.host) ? `[${asked.host}]` : asked.host}:${asked.port}`;
  return step(socket, signal, (done, fail) => {
    const request = httpRequest({
      method: 'CONNECT',
      path: authority,
      setHost: false,
      headers: {
        Host: authority,
        'User-Agent': software.replace(' ', '/'),
        ...(credentials && { 'Proxy-Authorization': basic(credentials) }),
      },
      createConnection: () => socket,
    });
    request.on('connect', (response: IncomingMessage, _socket, head: Buffer) => {
      const { statusCode = 0 } = response;
      if (statusCode < 200 || statusCode > 299) return fail(refusalOf(response, authority));
      if (head.length > 0) socket.unshift(head);
      done(socket);
    });
    request.on('error', fail);
    request.end();
  });
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function refusalOf({ statusCode = 0, statusMessage }: IncomingMessage, peer: string): ProxyRefusal {
  return new ProxyRefusal(`HTTP ${statusCode} ${statusMessage ?? ''}`.trim(), hintOf(statusCode, peer));
}

function hintOf(status: number, peer: string): string {
  if (status === 407) return 'check the user and password in its URL';
  if (status === 403) return 'its rules forbid it; many allow port 443 alone';
  if (status >= 500) return `it may not reach the server: check ${peer}, and that a server runs there`;
  return 'is it an HTTP proxy that allows CONNECT?';
}
